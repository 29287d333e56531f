-- The notices behind a number of a campaign's report, newest first, one page after the notice `after`: what they contribute to the
-- counters is the view's to say. Who they went to, and their text, only if `is_open`.
-- Index: notice_by_campaign (account_id, counted_campaign_id, sent_at), the primary key of notice.
select n.id, c.at, n.external_campaign, n.sender, n.state, n.reason, e.name as engagement,
    case when %(is_open)s::boolean then k.phone end as phone, case when %(is_open)s::boolean then k.name end as consumer,
    case when %(is_open)s::boolean then n.text end as text
from notice n
join contribution_of_notice c on c.account_id = n.account_id and c.fact_id = n.id and c.metric = %(metric)s::text
left join consumer k on k.account_id = n.account_id and k.id = n.consumer_id
left join engagement e on e.account_id = n.account_id and e.id = n.counted_engagement_id
where n.account_id = %(account)s::bigint and n.counted_campaign_id = %(campaign)s::bigint
    and n.sent_at >= %(start)s::timestamptz and n.sent_at < %(end)s::timestamptz
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
        or (n.sent_at, n.id) < (select l.sent_at, l.id from notice l where l.account_id = %(account)s::bigint and l.id = %(after)s::uuid)
    )
order by n.sent_at desc, n.id desc
limit %(limit)s::int
