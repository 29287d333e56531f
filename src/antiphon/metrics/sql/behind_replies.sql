-- The replies behind a number of a campaign's report, newest first, one page after the reply `after`: what they contribute to the
-- counters is the view's to say. Who wrote, what, and in which conversation, only if `is_open`.
-- Index: reply_by_campaign (account_id, counted_campaign_id, replied_at), the primary key of reply.
select r.id, c.at, r.verdict, r.seconds_to_reply, r.is_first_reply, r.external_campaign, e.name as engagement,
    case when %(is_open)s::boolean then k.phone end as phone, case when %(is_open)s::boolean then k.name end as consumer,
    case when %(is_open)s::boolean then r.text end as text, case when %(is_open)s::boolean then r.conversation_id end as conversation_id
from reply r
join contribution_of_reply c on c.account_id = r.account_id and c.fact_id = r.id and c.metric = %(metric)s::text
left join consumer k on k.account_id = r.account_id and k.id = r.consumer_id
left join engagement e on e.account_id = r.account_id and e.id = r.counted_engagement_id
where r.account_id = %(account)s::bigint and r.counted_campaign_id = %(campaign)s::bigint
    and r.replied_at >= %(start)s::timestamptz and r.replied_at < %(end)s::timestamptz
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
        or (r.replied_at, r.id) < (select l.replied_at, l.id from reply l where l.account_id = %(account)s::bigint and l.id = %(after)s::uuid)
    )
order by r.replied_at desc, r.id desc
limit %(limit)s::int
