-- Who takes what of these conversations, whose consumers are locked, among these agents, who are locked too: the rule of
-- routing/decide.py, one conversation after the other in the order of their queues, with what was just given counted.
-- Indexes: the primary keys, conversation_of_agent (account, agent, due_at), presence_once, membership_skill_once, step_by_conversation.
with recursive agent as materialized (
    select
        (row_number() over (order by m.id))::int as place, m.id, m.capacity::int as capacity,
        coalesce(p.last_assigned_at, '-infinity') as last_assigned_at,
        (
            select count(*)::int from conversation c
            where c.account_id = %(account)s::bigint and c.agent_id = m.id and c.state = 'assigned'
        ) as load,
        array(
            select h.skill_id from membership_skill h where h.account_id = %(account)s::bigint and h.membership_id = m.id
        ) as skills
    from membership m
    join presence p on p.account_id = m.account_id and p.membership_id = m.id
    where m.account_id = %(account)s::bigint and m.id = any (%(agents)s::bigint[])
),
waiting as materialized (
    select
        (row_number() over (order by c.due_at nulls last, c.started_at, c.id))::int as place, c.id, c.consumer_id, c.skill_id,
        former.agent_id as former_agent_id
    from conversation c
    left join lateral (
        select t.from_agent_id as agent_id from conversation_step t
        where t.account_id = c.account_id and t.conversation_id = c.id and t.kind in ('transferred', 'returned')
        order by t.at desc, t.id desc
        limit 1
    ) former on c.is_transferred
    where c.account_id = %(account)s::bigint and c.id = any (%(ids)s::uuid[]) and c.state = 'queued' and c.leaving_at is null
),
walk (place, loads, lasts, id, consumer_id, skill_id, taker) as (
    select
        0, array(select load from agent order by place), array(select last_assigned_at from agent order by place),
        null::uuid, null::uuid, null::bigint, null::int
    union all
    select
        waiting.place,
        case when chosen.place is null then walk.loads
            else walk.loads[: chosen.place - 1] || walk.loads[chosen.place] + 1 || walk.loads[chosen.place + 1 :] end,
        case when chosen.place is null then walk.lasts
            else walk.lasts[: chosen.place - 1] || %(at)s::timestamptz || walk.lasts[chosen.place + 1 :] end,
        waiting.id, waiting.consumer_id, waiting.skill_id, chosen.place
    from walk
    join waiting on waiting.place = walk.place + 1
    left join lateral (
        select agent.place from agent
        where walk.loads[agent.place] < agent.capacity and waiting.skill_id = any (agent.skills)
        order by agent.id is not distinct from waiting.former_agent_id, walk.loads[agent.place], walk.lasts[agent.place], agent.id
        limit 1
    ) chosen on true
)
select walk.id as conversation_id, walk.consumer_id, walk.skill_id, agent.id as agent_id
from walk
join agent on agent.place = walk.taker
order by walk.place
