-- Replies without notice whose own campaign ID was counted under nothing and is claimed now. Index: reply_unmapped.
select r.id, r.source_id, r.consumer_id, r.campaign_key, r.replied_at
from reply r
where r.account_id = %(account)s::bigint and r.counted_engagement_id is null and r.notice_id is null and r.campaign_key <> ''
    and r.id > %(after)s::uuid
    and exists (
        select from claim c
        where c.account_id = r.account_id and c.source_id = r.source_id and c.enabled and c.state in ('published', 'paused')
            and c.kind = 'campaign_id' and c.key = r.campaign_key
    )
order by r.id
limit %(limit)s::int
