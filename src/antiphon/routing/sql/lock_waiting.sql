-- Lock the consumers at the head of each queue, as many as the agents of its skill have room for; those of the first places that
-- somebody works on are left out, and come with the next turn. Nobody waits here: consumers come before agents everywhere else.
-- Indexes: conversation_queue (account, skill, due_at), conversation_of_agent, the primary key of consumer.
with agent as (
    select m.id, m.capacity - (
        select count(*) from conversation c
        where c.account_id = %(account)s::bigint and c.agent_id = m.id and c.state = 'assigned'
    ) as room
    from membership m
    where m.account_id = %(account)s::bigint and m.id = any (%(agents)s::bigint[])
),
room as (
    select h.skill_id, sum(agent.room) as room
    from agent
    join membership_skill h on h.account_id = %(account)s::bigint and h.membership_id = agent.id
    where agent.room > 0
    group by h.skill_id
)
select head.id
from room
cross join lateral (
    select c.id
    from conversation c
    join consumer k on k.account_id = c.account_id and k.id = c.consumer_id
    where c.account_id = %(account)s::bigint and c.skill_id = room.skill_id and c.state = 'queued' and c.leaving_at is null
    order by c.due_at nulls last, c.started_at, c.id
    limit least(room.room, %(at_most)s::bigint)
    for update of k skip locked
) head
