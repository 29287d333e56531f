-- Conversations of an account that were learned of in a stretch of time, in that order: an id begins with the time.
-- Index: the primary key of conversation, of the months it falls in.
select
    id, started_at, source_id, consumer_id, state, agent_id, skill_id, first_skill_id, is_transferred, language, verdict,
    campaign_id, engagement_id, entry_point_id, notice_id, goal_kind, is_linked_by_person, opening_reply_id, opening_replied_at,
    last_replied_at, handled_at, interactive_at, closed_at, closed_by
from conversation
where account_id = %(account)s::bigint and id >= uuid_floor(%(start)s::timestamptz) and id < uuid_floor(%(end)s::timestamptz)
order by id
