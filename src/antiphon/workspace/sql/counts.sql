-- What the navigation counts for one person: their own conversations that they have not opened since the consumer wrote, and those that wait
-- in the queues of their skills; each up to `most`.
-- Indexes: conversation_of_agent (account_id, agent_id, due_at), conversation_queue (account_id, skill_id, due_at).
select
    (
        select count(*) from (
            select from conversation c
            where c.account_id = %(account)s::bigint and c.agent_id = %(member)s::bigint and c.state = 'assigned' and c.turn = 'agent'
                and (c.read_agent_id is distinct from c.agent_id or c.read_at < c.last_at)
            limit %(most)s::int
        ) mine
    ) as unread,
    (
        select count(*) from (
            select from membership_skill h
            join conversation c on c.account_id = h.account_id and c.skill_id = h.skill_id and c.state = 'queued' and c.leaving_at is null
            where h.account_id = %(account)s::bigint and h.membership_id = %(member)s::bigint
            limit %(most)s::int
        ) queued
    ) as waiting
