-- Empty the reasons that people gave. Indexes: conversation_by_consumer, step_by_conversation.
update conversation_step s
set detail = ''
from conversation c
where c.account_id = %(account)s::bigint and c.consumer_id = %(consumer)s::uuid
    and s.account_id = %(account)s::bigint and s.conversation_id = c.id and s.detail <> ''
