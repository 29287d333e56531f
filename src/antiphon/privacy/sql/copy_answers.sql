-- What a consumer was answered, oldest first. Indexes: conversation_by_consumer, answer_by_conversation.
select a.id, a.conversation_id as conversation, a.created_at, s.name as source, a.from_number, a.text, a.state, a.state_at, a.reason
from conversation c
join answer a on a.account_id = c.account_id and a.conversation_id = c.id
join source s on s.account_id = a.account_id and s.id = a.source_id
where c.account_id = %(account)s::bigint and c.consumer_id = %(consumer)s::uuid
order by a.created_at, a.id
