-- Notices of an account that were learned of in a stretch of time, in that order: an id begins with the time.
-- Index: the primary key of notice, of the months it falls in.
select
    id, sent_at, sent_at_is_receipt, received_at, source_id, consumer_id, external_campaign, sender, state, state_at, reason,
    counted_campaign_id as campaign_id, counted_engagement_id as engagement_id, is_counted, copies
from notice
where account_id = %(account)s::bigint and id >= uuid_floor(%(start)s::timestamptz) and id < uuid_floor(%(end)s::timestamptz)
order by id
