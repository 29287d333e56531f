-- Empty what an erased consumer was answered. Indexes: conversation_by_consumer, answer_by_conversation.
update answer a
set text = '', detail = ''
from conversation c
where c.account_id = %(account)s::bigint and c.consumer_id = %(consumer)s::uuid
    and a.account_id = %(account)s::bigint and a.conversation_id = c.id
