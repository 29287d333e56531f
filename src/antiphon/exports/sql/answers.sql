-- Answers of an account that were learned of in a stretch of time, in that order: an id begins with the time.
-- Index: the primary key of answer, of the months it falls in.
select
    id, created_at, attempted_at, conversation_id, consumer_id, source_id, agent_id, skill_id, from_number, state, state_at,
    reason, is_accepted, is_overdue
from answer
where account_id = %(account)s::bigint and id >= uuid_floor(%(start)s::timestamptz) and id < uuid_floor(%(end)s::timestamptz)
order by id
