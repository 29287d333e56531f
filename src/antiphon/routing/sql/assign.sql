-- Store who takes what: the conversation, its step, when its first agent had it, and when the agent was last given one. Their consumers
-- and agents are locked. Indexes: the primary key, presence_once (account, membership).
with given as (
    select * from unnest(%(conversation_id)s::uuid[], %(agent_id)s::bigint[], %(step_id)s::uuid[]) as g (conversation_id, agent_id, step_id)
),
assigned as (
    update conversation c
    set state = 'assigned', agent_id = given.agent_id, assigned_at = coalesce(c.assigned_at, %(at)s::timestamptz),
        assigned_skill_id = case when c.assigned_at is null then c.skill_id else c.assigned_skill_id end,
        assigned_agent_id = case when c.assigned_at is null then given.agent_id else c.assigned_agent_id end
    from given
    where c.account_id = %(account)s::bigint and c.id = given.conversation_id and c.state = 'queued'
    returning c.id, c.agent_id, c.skill_id, given.step_id
),
stepped as (
    insert into conversation_step (account_id, id, conversation_id, kind, at, actor, to_agent_id, to_skill_id)
    select %(account)s::bigint, assigned.step_id, assigned.id, 'assigned', %(at)s::timestamptz, 'system', assigned.agent_id, assigned.skill_id
    from assigned
)
update presence p set last_assigned_at = %(at)s::timestamptz
from (select distinct agent_id from assigned) taker
where p.account_id = %(account)s::bigint and p.membership_id = taker.agent_id
