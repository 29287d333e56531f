-- Opt-outs and reversals that a late fact touches: same consumer and source, received within 24 hours of it, not earlier than
-- it reaches.
-- Index: opt_out_by_consumer (account_id, consumer_id, at).
select distinct o.id, o.source_id, o.consumer_id, o.at, o.to_key, o.campaign_key, o.reference, o.notice_id
from unnest(
    %(source_id)s::bigint[], %(consumer_id)s::uuid[], %(received_at)s::timestamptz[], %(reaches_from)s::timestamptz[]
) as late (source_id, consumer_id, received_at, reaches_from)
cross join lateral (
    select * from opt_out
    where opt_out.account_id = %(account)s::bigint and opt_out.consumer_id = late.consumer_id
        and opt_out.source_id = late.source_id and opt_out.at >= late.reaches_from
        and opt_out.received_at between late.received_at - interval '24 hours' and late.received_at + interval '24 hours'
    offset 0
) o
