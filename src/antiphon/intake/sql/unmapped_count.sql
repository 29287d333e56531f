-- How many notices, and replies without notice, were counted under nothing and are claimed now; so many of each at most.
-- Indexes: notice_unmapped, reply_unmapped.
select
    (
        select count(*)
        from (
            select
            from notice n
            where n.account_id = %(account)s::bigint and n.is_counted and n.counted_engagement_id is null
                and exists (
                    select from claim c
                    where c.account_id = n.account_id and c.source_id = n.source_id and c.enabled and c.state in ('published', 'paused')
                        and (
                            c.kind = 'campaign_id' and c.key = n.campaign_key and n.campaign_key <> ''
                            or c.kind = 'phone_number' and c.key = n.sender_key and n.sent_at >= c.starts_at and n.sent_at < c.ends_at
                        )
                )
            limit %(limit)s::int
        ) as notices
    )
    + (
        select count(*)
        from (
            select
            from reply r
            where r.account_id = %(account)s::bigint and r.counted_engagement_id is null and r.notice_id is null and r.campaign_key <> ''
                and exists (
                    select from claim c
                    where c.account_id = r.account_id and c.source_id = r.source_id and c.enabled and c.state in ('published', 'paused')
                        and c.kind = 'campaign_id' and c.key = r.campaign_key
                )
            limit %(limit)s::int
        ) as replies
    ) as waiting
