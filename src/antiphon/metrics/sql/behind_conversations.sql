-- The conversations behind a number of a campaign's report, newest first, one page after the conversation `after`: what they contribute
-- to the counters is the view's to say. Who they are with, and what was written last, only if `is_open`.
-- Index: conversation_by_campaign (account_id, campaign_id, started_at), the primary key of conversation.
select v.id, c.at, v.state, v.verdict, e.name as engagement, s.name as skill, m.name as agent,
    case when %(is_open)s::boolean then k.phone end as phone, case when %(is_open)s::boolean then k.name end as consumer,
    case when %(is_open)s::boolean then v.last_text end as text, case when %(is_open)s::boolean then v.id end as conversation_id
from conversation v
join contribution_of_conversation c on c.account_id = v.account_id and c.fact_id = v.id and c.metric = %(metric)s::text
left join consumer k on k.account_id = v.account_id and k.id = v.consumer_id
left join engagement e on e.account_id = v.account_id and e.id = v.engagement_id
left join skill s on s.account_id = v.account_id and s.id = v.skill_id
left join membership m on m.account_id = v.account_id and m.id = v.agent_id
where v.account_id = %(account)s::bigint and v.campaign_id = %(campaign)s::bigint
    and v.started_at >= %(start)s::timestamptz and v.started_at < %(end)s::timestamptz
    and (%(engagement)s::bigint is null or c.engagement_id = %(engagement)s::bigint)
    and (%(entry_point)s::bigint is null or c.entry_point_id = %(entry_point)s::bigint)
    and (%(verdict)s::text is null or c.verdict = %(verdict)s::text)
    and (
        %(hour_of_week)s::int is null
        or (extract(isodow from c.at at time zone %(zone)s::text) - 1) * 24 + extract(hour from c.at at time zone %(zone)s::text)
            = %(hour_of_week)s::int
    )
    and (
        %(after)s::uuid is null
        or (v.started_at, v.id) < (select l.started_at, l.id from conversation l where l.account_id = %(account)s::bigint and l.id = %(after)s::uuid)
    )
order by v.started_at desc, v.id desc
limit %(limit)s::int
