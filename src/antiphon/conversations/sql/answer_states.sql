-- Where these answers stand. Index: the primary key.
select a.id, a.conversation_id, a.consumer_id, a.source_id, a.state, a.is_accepted, a.created_at, a.agent_id, a.skill_id
from answer a
where a.account_id = %(account)s::bigint and a.id = any (%(ids)s::uuid[])
