-- The opt-outs behind a number of a campaign's report, newest first, one page after the opt-out `after`: what they contribute to the
-- counters is the view's to say. Who opted out, and with which words, only if `is_open`.
-- Index: opt_out_by_campaign (account_id, counted_campaign_id, at), the primary key of opt_out.
select o.id, c.at, o.how, o.scope, e.name as engagement,
    case when %(is_open)s::boolean then k.phone end as phone, case when %(is_open)s::boolean then k.name end as consumer,
    case when %(is_open)s::boolean then o.text end as text, case when %(is_open)s::boolean then o.conversation_id end as conversation_id
from opt_out o
join contribution_of_opt_out c on c.account_id = o.account_id and c.fact_id = o.id and c.metric = %(metric)s::text
left join consumer k on k.account_id = o.account_id and k.id = o.consumer_id
left join engagement e on e.account_id = o.account_id and e.id = o.counted_engagement_id
where o.account_id = %(account)s::bigint and o.counted_campaign_id = %(campaign)s::bigint
    and o.at >= %(start)s::timestamptz and o.at < %(end)s::timestamptz
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
        or (o.at, o.id) < (select l.at, l.id from opt_out l where l.account_id = %(account)s::bigint and l.id = %(after)s::uuid)
    )
order by o.at desc, o.id desc
limit %(limit)s::int
