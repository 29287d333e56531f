-- The first and the last text that is counted under a campaign in a stretch of time.
-- Index: notice_by_campaign (account_id, counted_campaign_id, sent_at).
select min(n.sent_at) as first_at, max(n.sent_at) as last_at
from notice n
where n.account_id = %(account)s::bigint and n.counted_campaign_id = %(campaign)s::bigint and n.is_counted
    and n.sent_at >= %(start)s::timestamptz and n.sent_at < %(end)s::timestamptz
    and (%(engagement)s::bigint is null or n.counted_engagement_id = %(engagement)s::bigint)
    and (%(entry_point)s::bigint is null or n.counted_entry_point_id = %(entry_point)s::bigint)
