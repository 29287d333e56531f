-- Store arrivals raw; one that is there already (a spool drained twice) stays as it is. Index: the primary key.
insert into arrival (account_id, id, source_id, kind, received_at, headers, query, body, state, reason)
select %(account)s::bigint, came.*
from unnest(
    %(id)s::uuid[], %(source_id)s::bigint[], %(kind)s::text[], %(received_at)s::timestamptz[], %(headers)s::text[],
    %(query)s::text[], %(body)s::bytea[], %(state)s::text[], %(reason)s::text[]
) as came
on conflict (account_id, id) do nothing
