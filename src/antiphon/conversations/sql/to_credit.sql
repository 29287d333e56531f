-- The consumer's latest linked conversation within the conversion window, for a goal reached in an unlinked one.
-- Index: conversation_by_consumer (account_id, consumer_id, started_at).
select c.id from conversation c
where c.account_id = %(account)s::bigint and c.consumer_id = %(consumer_id)s::uuid and c.campaign_id is not null
    and c.started_at between %(at)s::timestamptz - make_interval(days => %(window_days)s::int) and %(at)s::timestamptz
order by c.started_at desc, c.id desc
limit 1
