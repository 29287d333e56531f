-- The conversation that each conversion is credited to, begun at or before it: the one that is named if it is linked; else the
-- consumer's latest linked one within the window; else the one that is named; else the latest within the window.
-- Index: conversation_by_consumer.
select asked.n, credited.*
from unnest(%(n)s::int[], %(consumer_id)s::uuid[], %(conversation)s::uuid[], %(at)s::timestamptz[])
    as asked (n, consumer_id, conversation, at)
cross join lateral (
    select c.id as conversation_id, c.campaign_id, c.engagement_id, c.goal_kind, c.skill_id, c.agent_id
    from conversation c
    where c.account_id = %(account)s::bigint and c.consumer_id = asked.consumer_id and c.started_at <= asked.at
        and (c.id = asked.conversation or c.started_at >= asked.at - make_interval(days => %(window_days)s::int))
    order by
        case
            when c.campaign_id is not null and c.id = asked.conversation then 0
            when c.campaign_id is not null then 1
            when c.id = asked.conversation then 2
            else 3
        end,
        c.started_at desc, c.id desc
    limit 1
) as credited
