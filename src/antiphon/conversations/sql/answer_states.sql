-- Where these answers stand, and the accepted answer after each. Indexes: the primary key, answer_by_conversation.
select
    a.id, a.conversation_id, a.consumer_id, a.source_id, a.state, a.is_accepted, a.created_at, a.agent_id, a.skill_id,
    (
        select b.id from answer b
        where b.account_id = a.account_id and b.conversation_id = a.conversation_id and b.is_accepted
            and (b.created_at, b.id) > (a.created_at, a.id)
        order by b.created_at, b.id
        limit 1
    ) as later_id
from answer a
where a.account_id = %(account)s::bigint and a.id = any (%(ids)s::uuid[])
