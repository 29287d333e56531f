-- The notices of a source that no engagement claims, by external campaign, newest first, one page after the notice `after`.
-- Who they went to, and their text, only if `is_open`.
-- Index: notice_unmapped (account_id, source_id, campaign_key, sent_at), the primary key of notice.
select n.id, c.at, n.external_campaign, n.sender, n.state, n.reason, '' as engagement,
    case when %(is_open)s::boolean then k.phone end as phone, case when %(is_open)s::boolean then k.name end as consumer,
    case when %(is_open)s::boolean then n.text end as text
from notice n
join contribution_of_notice c on c.account_id = n.account_id and c.fact_id = n.id and c.metric = 'sent'
left join consumer k on k.account_id = n.account_id and k.id = n.consumer_id
where n.account_id = %(account)s::bigint and n.source_id = %(source)s::bigint and n.counted_engagement_id is null and n.is_counted
    and n.sent_at >= %(start)s::timestamptz and n.sent_at < %(end)s::timestamptz
    and (
        %(after)s::uuid is null
        or (n.campaign_key, n.sent_at, n.id) < (
            select l.campaign_key, l.sent_at, l.id from notice l where l.account_id = %(account)s::bigint and l.id = %(after)s::uuid
        )
    )
order by n.campaign_key desc, n.sent_at desc, n.id desc
limit %(limit)s::int
