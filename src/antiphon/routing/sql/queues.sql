-- Every queue with who waits in it and who could take them: people who have the skill, those of them online, and the room they have.
-- Indexes: conversation_queue (account, skill, due_at), conversation_of_agent (account, agent, due_at), presence_once, membership_skill_once.
with held as (
    select c.agent_id, c.skill_id, count(*) as open
    from conversation c
    where c.account_id = %(account)s::bigint and c.state = 'assigned'
    group by c.agent_id, c.skill_id
),
agent as (
    select m.id, coalesce(p.state = 'online', false) as is_online,
        greatest(m.capacity - coalesce((select sum(held.open) from held where held.agent_id = m.id), 0), 0) as room
    from membership m
    left join presence p on p.account_id = m.account_id and p.membership_id = m.id
    where m.account_id = %(account)s::bigint and m.is_active and m.role = any (%(roles)s::text[])
)
select
    s.id, s.name, waiting.count as waiting, waiting.oldest, waiting.overdue,
    coalesce((select sum(held.open) from held where held.skill_id = s.id), 0)::bigint as held,
    able.people, able.online, coalesce(able.room, 0)::bigint as room
from skill s
cross join lateral (
    select count(*) as count, min(coalesce(c.waiting_since, c.started_at)) as oldest,
        count(*) filter (where c.due_at < %(at)s::timestamptz) as overdue
    from conversation c
    where c.account_id = %(account)s::bigint and c.skill_id = s.id and c.state = 'queued' and c.leaving_at is null
) waiting
cross join lateral (
    select count(*) as people, count(*) filter (where agent.is_online) as online, sum(agent.room) filter (where agent.is_online) as room
    from membership_skill h
    join agent on agent.id = h.membership_id
    where h.account_id = %(account)s::bigint and h.skill_id = s.id
) able
where s.account_id = %(account)s::bigint and (s.removed_at is null or waiting.count > 0)
order by s.name
