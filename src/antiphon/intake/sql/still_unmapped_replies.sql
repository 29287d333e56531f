-- Which of these replies are still without notice and counted under nothing, now that their consumers are locked.
-- Index: the primary key.
select r.id, r.source_id, r.campaign_key, r.replied_at from reply r
where r.account_id = %(account)s::bigint and r.id = any (%(ids)s::uuid[]) and r.counted_engagement_id is null and r.notice_id is null
