-- Open conversations by urgency, due first, then older; filtered; one page after a place in that order.
-- Indexes: conversation_queue (account, skill, due_at) and conversation_of_agent (account, agent, due_at), each for its state.
with open as (
    (
        select c.* from conversation c
        where c.account_id = %(account)s::bigint and c.state = 'queued' and %(agent)s::bigint is null
            and (%(skill)s::bigint is null or c.skill_id = %(skill)s::bigint)
            and (%(due_before)s::timestamptz is null or c.due_at < %(due_before)s::timestamptz)
            and (
                %(after_due)s::timestamptz is null
                or (coalesce(c.due_at, 'infinity'), c.started_at, c.id)
                    > (%(after_due)s::timestamptz, %(after_at)s::timestamptz, %(after)s::uuid)
            )
        order by c.due_at nulls last, c.started_at, c.id
        limit %(limit)s::int
    )
    union all
    (
        select c.* from conversation c
        where c.account_id = %(account)s::bigint and c.state = 'assigned' and not %(is_queued)s::boolean
            and (%(agent)s::bigint is null or c.agent_id = %(agent)s::bigint)
            and (%(skill)s::bigint is null or c.skill_id = %(skill)s::bigint)
            and (%(due_before)s::timestamptz is null or c.due_at < %(due_before)s::timestamptz)
            and (
                %(after_due)s::timestamptz is null
                or (coalesce(c.due_at, 'infinity'), c.started_at, c.id)
                    > (%(after_due)s::timestamptz, %(after_at)s::timestamptz, %(after)s::uuid)
            )
        order by c.due_at nulls last, c.started_at, c.id
        limit %(limit)s::int
    )
)
select c.id, c.state, c.turn, c.started_at, c.due_at, c.waiting_since, c.last_at, c.last_text, c.leaving_at, c.skill_id, c.agent_id,
    k.phone, k.name as consumer, s.name as skill, m.name as agent, p.name as campaign, g.name as engagement, c.verdict
from open c
join consumer k on k.account_id = %(account)s::bigint and k.id = c.consumer_id
join skill s on s.account_id = %(account)s::bigint and s.id = c.skill_id
left join membership m on m.account_id = %(account)s::bigint and m.id = c.agent_id
left join campaign p on p.account_id = %(account)s::bigint and p.id = c.campaign_id
left join engagement g on g.account_id = %(account)s::bigint and g.id = c.engagement_id
order by c.due_at nulls last, c.started_at, c.id
limit %(limit)s::int
