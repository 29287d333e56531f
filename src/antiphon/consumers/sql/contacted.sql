-- Count what was sent to a consumer since an instant, by the campaign it is counted under, else by external campaign.
-- Index: notice_eligible (account_id, source_id, consumer_id, sent_at), once for each source.
select n.counted_campaign_id as campaign_id, p.name as campaign,
    case when n.counted_campaign_id is null then n.external_campaign end as external_campaign,
    count(*) as notices, max(n.sent_at) as last_at
from source s
cross join lateral (
    select n.counted_campaign_id, n.external_campaign, n.sent_at
    from notice n
    where n.account_id = %(account)s::bigint and n.source_id = s.id and n.consumer_id = %(consumer)s::uuid
        and n.sent_at >= %(since)s::timestamptz
) as n
left join campaign p on p.account_id = %(account)s::bigint and p.id = n.counted_campaign_id
where s.account_id = %(account)s::bigint
group by 1, 2, 3
order by last_at desc, campaign_id, external_campaign
