-- Everybody who may have conversations, has a skill or has some: presence, load, what of it waits for them, and when they last got one.
-- Indexes: presence_once (account, membership), membership_skill_once, conversation_of_agent (account, agent, due_at).
select
    m.id, m.name, m.role, m.capacity, m.is_active and m.role = any (%(roles)s::text[]) as may_take, coalesce(p.state, 'offline') as state, coalesce(p.set_by, '') as set_by, p.since, p.last_assigned_at,
    held.open, held.waiting, held.overdue,
    array(
        select h.skill_id from membership_skill h
        where h.account_id = m.account_id and h.membership_id = m.id
        order by h.skill_id
    ) as skill_ids,
    array(
        select s.name from membership_skill h
        join skill s on s.account_id = h.account_id and s.id = h.skill_id
        where h.account_id = m.account_id and h.membership_id = m.id and s.removed_at is null
        order by s.name
    ) as skills,
    %(skill)s::bigint is null or exists (
        select from membership_skill h where h.account_id = m.account_id and h.membership_id = m.id and h.skill_id = %(skill)s::bigint
    ) as has_skill
from membership m
left join presence p on p.account_id = m.account_id and p.membership_id = m.id
cross join lateral (
    select count(*) as open, count(*) filter (where c.turn = 'agent') as waiting,
        count(*) filter (where c.turn = 'agent' and c.due_at < %(at)s::timestamptz) as overdue
    from conversation c
    where c.account_id = %(account)s::bigint and c.agent_id = m.id and c.state = 'assigned'
) held
where m.account_id = %(account)s::bigint
    and (
        held.open > 0
        or m.is_active and m.role = any (%(roles)s::text[])
            and exists (select from membership_skill h where h.account_id = m.account_id and h.membership_id = m.id)
    )
order by m.name, m.id
limit 500
