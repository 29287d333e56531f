-- Claim dedupe keys, in key order, so that two transactions that share keys cannot lock each other out; a key that is taken
-- stays its owner's (after waiting for an owner that has not committed yet). Index: the primary key of arrival_key.
insert into arrival_key (account_id, source_id, key, arrival_id, fact_id)
select %(account)s::bigint, claimed.*
from unnest(%(source_id)s::bigint[], %(key)s::bytea[], %(arrival_id)s::uuid[], %(fact_id)s::uuid[])
    as claimed (source_id, key, arrival_id, fact_id)
order by claimed.source_id, claimed.key
on conflict (account_id, source_id, key) do nothing
