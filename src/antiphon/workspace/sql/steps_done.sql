-- Which steps of the first minutes an account has done. Index: the primary keys, campaign_by_state, conversation_by_start.
select
    exists (select from source where account_id = %(account)s::bigint and disconnected_at is null) as has_source,
    exists (select from campaign where account_id = %(account)s::bigint and state = 'published') as has_campaign,
    (
        select g.campaign_id from engagement g
        join campaign p on p.account_id = g.account_id and p.id = g.campaign_id and p.state = 'published'
        where g.account_id = %(account)s::bigint and p.starts_at <= %(at)s::timestamptz and (p.ends_at is null or p.ends_at > %(at)s::timestamptz)
        order by g.campaign_id desc limit 1
    ) as live_campaign_id,
    (
        select e.value from engagement g
        join campaign p on p.account_id = g.account_id and p.id = g.campaign_id and p.state = 'published'
        join engagement_entry_point h on h.account_id = g.account_id and h.engagement_id = g.id
        join entry_point e on e.account_id = h.account_id and e.id = h.entry_point_id and e.kind = 'campaign_id'
        where g.account_id = %(account)s::bigint and p.starts_at <= %(at)s::timestamptz and (p.ends_at is null or p.ends_at > %(at)s::timestamptz)
        order by g.campaign_id desc, g.id limit 1
    ) as live_external_campaign,
    exists (
        select from notice where account_id = %(account)s::bigint and counted_campaign_id in (
            select id from campaign p where p.account_id = %(account)s::bigint and p.state = 'published'
                and p.starts_at <= %(at)s::timestamptz and (p.ends_at is null or p.ends_at > %(at)s::timestamptz)
        )
    ) as has_notice,
    exists (
        select from conversation where account_id = %(account)s::bigint and campaign_id in (
            select id from campaign p where p.account_id = %(account)s::bigint and p.state = 'published'
                and p.starts_at <= %(at)s::timestamptz and (p.ends_at is null or p.ends_at > %(at)s::timestamptz)
        )
    ) as has_conversation,
    exists (
        select from answer a
        join conversation c on c.account_id = a.account_id and c.id = a.conversation_id
        where a.account_id = %(account)s::bigint and a.is_accepted and c.campaign_id in (
            select id from campaign p where p.account_id = %(account)s::bigint and p.state = 'published'
                and p.starts_at <= %(at)s::timestamptz and (p.ends_at is null or p.ends_at > %(at)s::timestamptz)
        )
    ) as has_answer,
    (select count(*) from (select from arrival where account_id = %(account)s::bigint and state = 'quarantined' limit 100) q) as quarantined
