-- External campaigns first heard of lately that no engagement claims and nobody ignores, newest first. Index: broadcast_pkey (account_id,
-- source_id, campaign_key), entry_point_once, ignored_campaign_once.
select b.source_id, b.external_campaign, b.first_heard_at, s.name as source, point.id as entry_point_id
from broadcast b
join source s on s.account_id = b.account_id and s.id = b.source_id and s.disconnected_at is null
left join entry_point point
    on point.account_id = b.account_id and point.source_id = b.source_id and point.kind = 'campaign_id' and point.key = b.campaign_key
where b.account_id = %(account)s::bigint and b.first_heard_at >= %(since)s::timestamptz
    and not exists (
        select from ignored_campaign g
        where g.account_id = b.account_id and g.source_id = b.source_id and g.campaign_key = b.campaign_key
    )
    and not exists (
        select from engagement_entry_point h
        join engagement g on g.account_id = h.account_id and g.id = h.engagement_id and g.removed_at is null
        join campaign p on p.account_id = g.account_id and p.id = g.campaign_id and p.state <> 'archived'
        where h.account_id = b.account_id and h.entry_point_id = point.id
    )
order by b.first_heard_at desc, b.campaign_key
limit %(limit)s::int
