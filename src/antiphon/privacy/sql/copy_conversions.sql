-- Goals that a consumer reached, oldest first. Indexes: conversation_by_consumer, conversion_by_conversation.
select v.id, v.conversation_id as conversation, v.at, v.kind, v.amount, v.currency, v.own_id, v.taken_back_at
from conversation c
join conversion v on v.account_id = c.account_id and v.conversation_id = c.id
where c.account_id = %(account)s::bigint and c.consumer_id = %(consumer)s::uuid
order by v.at, v.id
