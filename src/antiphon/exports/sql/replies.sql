-- Replies of an account that were learned of in a stretch of time, in that order: an id begins with the time.
-- Index: the primary key of reply, of the months it falls in.
select
    id, replied_at, received_at, source_id, consumer_id, conversation_id, to_number, external_campaign, verdict, notice_id,
    counted_campaign_id as campaign_id, counted_engagement_id as engagement_id, is_first_reply, seconds_to_reply, mentions_stop,
    copies
from reply
where account_id = %(account)s::bigint and id >= uuid_floor(%(start)s::timestamptz) and id < uuid_floor(%(end)s::timestamptz)
order by id
