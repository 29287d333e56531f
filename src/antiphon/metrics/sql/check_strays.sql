-- Replies whose conversation is not stored.
-- Index: the primary key of conversation; reads every reply of the account.
select reply.id, 'is in no conversation' as says
from reply
left join conversation on conversation.account_id = reply.account_id and conversation.id = reply.conversation_id
where reply.account_id = %(account_id)s::bigint and conversation.id is null
order by reply.id
