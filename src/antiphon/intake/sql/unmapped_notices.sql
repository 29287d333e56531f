-- Notices that nothing was counted under and that something claims now, in id order. Index: notice_unmapped.
select n.id, n.source_id, n.consumer_id, n.campaign_key, n.sender_key, n.sent_at
from notice n
where n.account_id = %(account)s::bigint and n.is_counted and n.counted_engagement_id is null and n.id > %(after)s::uuid
    and exists (
        select from claim c
        where c.account_id = n.account_id and c.source_id = n.source_id and c.enabled and c.state in ('published', 'paused')
            and (
                c.kind = 'campaign_id' and c.key = n.campaign_key and n.campaign_key <> ''
                or c.kind = 'phone_number' and c.key = n.sender_key and n.sent_at >= c.starts_at and n.sent_at < c.ends_at
            )
    )
order by n.id
limit %(limit)s::int
