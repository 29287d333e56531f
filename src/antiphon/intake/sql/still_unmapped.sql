-- Which of these notices are still counted under nothing, now that their consumers are locked. Index: the primary key.
select n.id, n.source_id, n.consumer_id, n.campaign_key, n.sender_key, n.sent_at from notice n
where n.account_id = %(account)s::bigint and n.id = any (%(ids)s::uuid[]) and n.counted_engagement_id is null and n.is_counted
