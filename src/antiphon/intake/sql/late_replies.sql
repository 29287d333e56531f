-- Replies that a late fact touches: same consumer and source, received within 24 hours of it, not earlier than it reaches.
-- Index: reply_by_consumer (account_id, source_id, consumer_id, replied_at).
select distinct on (r.id)
    r.id, r.source_id, r.consumer_id, r.conversation_id, r.to_key, r.external_campaign, r.campaign_key, r.reference,
    r.replied_at, r.received_at, r.dedupe_key, r.text, r.verdict, r.notice_id, r.broadcast_key, r.is_first_reply,
    d.found, d.engagement_id, d.engagement_version, d.entry_point_id
from unnest(
    %(source_id)s::bigint[], %(consumer_id)s::uuid[], %(received_at)s::timestamptz[], %(reaches_from)s::timestamptz[]
) as late (source_id, consumer_id, received_at, reaches_from)
cross join lateral (
    select * from reply
    where reply.account_id = %(account)s::bigint and reply.source_id = late.source_id and reply.consumer_id = late.consumer_id
        and reply.replied_at >= late.reaches_from
        and reply.received_at between late.received_at - interval '24 hours' and late.received_at + interval '24 hours'
    offset 0
) r
join decision d on d.account_id = r.account_id and d.reply_id = r.id and d.superseded_at is null
order by r.id
