-- The answers of a timeline. Index: answer_by_conversation (account_id, conversation_id, created_at).
select a.id, a.created_at, a.text, a.agent_id, a.state, a.state_at, a.reason, a.from_number, m.name as agent
from answer a
left join membership m on m.account_id = a.account_id and m.id = a.agent_id
where a.account_id = %(account)s::bigint and a.conversation_id = %(id)s::uuid
order by a.created_at, a.id
limit 2000
