-- Store arrivals raw; one that is there already (a spool drained twice) stays as it is. Index: the primary key.
insert into arrival (account_id, id, source_id, kind, received_at, headers, query, body, state, reason)
select %(account)s::bigint, came.*
from unnest(
    %(id)b::uuid[], %(source_id)b::bigint[], %(kind)b::text[], %(received_at)b::timestamptz[], %(headers)b::text[],
    %(query)b::text[], %(body)b::bytea[], %(state)b::text[], %(reason)b::text[]
) as came
on conflict (account_id, id) do nothing
