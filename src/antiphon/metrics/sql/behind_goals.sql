-- The goals behind a number of a campaign's report, newest first, one page after the goal `after`: conversions, and conversations whose
-- campaign wants no more; what they contribute to the counters is the views' to say. Who, only if `is_open`.
-- Index: conversation_by_campaign (account_id, campaign_id, started_at), conversion_by_conversation (account_id, conversation_id), the
-- primary keys of both.
with reached as (
    select g.id, g.conversation_id, g.consumer_id, g.kind, g.amount, g.currency, g.own_id, c.at, v.engagement_id, v.verdict, c.entry_point_id
    from conversation v
    join conversion g on g.account_id = v.account_id and g.conversation_id = v.id
    join contribution_of_conversion c on c.account_id = g.account_id and c.fact_id = g.id and c.metric = %(metric)s::text
    where v.account_id = %(account)s::bigint and v.campaign_id = %(campaign)s::bigint
        and (%(currency)s::text is null or c.currency = %(currency)s::text)
    union all
    select v.id, v.id, v.consumer_id, v.goal_kind, null, '', '', c.at, v.engagement_id, v.verdict, c.entry_point_id
    from conversation v
    join contribution_of_conversation c on c.account_id = v.account_id and c.fact_id = v.id and c.metric = %(metric)s::text
    where v.account_id = %(account)s::bigint and v.campaign_id = %(campaign)s::bigint and %(metric)s::text = 'goals'
        and v.started_at >= %(start)s::timestamptz and v.started_at < %(end)s::timestamptz
)
select c.id, c.at, c.kind, c.amount, c.currency, c.own_id, c.verdict, e.name as engagement,
    case when %(is_open)s::boolean then k.phone end as phone, case when %(is_open)s::boolean then k.name end as consumer,
    case when %(is_open)s::boolean then c.conversation_id end as conversation_id
from reached c
left join consumer k on k.account_id = %(account)s::bigint and k.id = c.consumer_id
left join engagement e on e.account_id = %(account)s::bigint and e.id = c.engagement_id
where c.at >= %(start)s::timestamptz and c.at < %(end)s::timestamptz
    and (%(engagement)s::bigint is null or c.engagement_id = %(engagement)s::bigint)
    and (%(entry_point)s::bigint is null or c.entry_point_id = %(entry_point)s::bigint)
    and (%(verdict)s::text is null or c.verdict = %(verdict)s::text)
    and (
        %(hour_of_week)s::int is null
        or (extract(isodow from c.at at time zone %(zone)s::text) - 1) * 24 + extract(hour from c.at at time zone %(zone)s::text)
            = %(hour_of_week)s::int
    )
    and (%(after)s::uuid is null or (c.at, c.id) < (select l.at, l.id from reached l where l.id = %(after)s::uuid))
order by c.at desc, c.id desc
limit %(limit)s::int
