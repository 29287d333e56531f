-- Empty the reasons that people gave for links by hand, in the events that told of them: an event's id begins with its step's instant.
-- Indexes: conversation_by_consumer, step_by_conversation, event's primary key.
update event e
set content = e.content - 'reason'
from conversation c
join conversation_step s on s.account_id = c.account_id and s.conversation_id = c.id and s.kind = 'linked'
where c.account_id = %(account)s::bigint and c.consumer_id = %(consumer)s::uuid
    and e.account_id = %(account)s::bigint and e.type = 'conversation.relinked' and e.subject = 'conversation:' || c.id
    and e.id >= uuid_floor(s.at - interval '1 millisecond') and e.id < uuid_floor(s.at + interval '2 milliseconds')
