-- Store delivery reports with what they were matched to; a waiting one that found its match is updated.
-- Index: the primary key.
insert into delivery_report (
    account_id, id, arrival_id, source_id, consumer_id, reference, state, reason, detail, reported_at, received_at,
    dedupe_key, answer_id, notice_id, is_waiting
)
select %(account)s::bigint, r.*
from unnest(
    %(id)s::uuid[], %(arrival_id)s::uuid[], %(source_id)s::bigint[], %(consumer_id)s::uuid[], %(reference)s::text[],
    %(state)s::text[], %(reason)s::text[], %(detail)s::text[], %(reported_at)s::timestamptz[],
    %(received_at)s::timestamptz[], %(dedupe_key)s::bytea[], %(answer_id)s::uuid[], %(notice_id)s::uuid[],
    %(is_waiting)s::boolean[]
) as r
