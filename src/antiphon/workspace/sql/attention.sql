-- Campaigns whose broadcast goes out while nothing is linked to them: notices told of lately while the campaign is a draft, paused, not
-- begun or over, counted up to a limit; the most of them first.
-- Indexes: campaign_by_state (account_id, state), campaign_version_once, notice_by_campaign, notice_unmapped, engagement_entry_point_once.
with watched as materialized (
    select
        p.id, p.name, p.state, p.starts_on, p.ends_on,
        case when p.state <> 'published' then p.state when p.starts_at > %(at)s::timestamptz then 'scheduled' else 'ended' end as phase,
        greatest(
            %(since)s::timestamptz,
            case
                when p.state = 'paused' then (
                    select min(v.at) from campaign_version v
                    where v.account_id = p.account_id and v.campaign_id = p.id and v.version > (
                        select max(o.version) from campaign_version o
                        where o.account_id = p.account_id and o.campaign_id = p.id and o.state <> 'paused'
                    )
                )
                when p.state = 'published' and p.ends_at <= %(at)s::timestamptz then p.ends_at
            end
        ) as since
    from campaign p
    where p.account_id = %(account)s::bigint
        and (%(campaign)s::bigint[] is null or p.id = any(%(campaign)s::bigint[]))
        and (
            p.state in ('draft', 'paused')
            or p.state = 'published' and p.starts_at > %(at)s::timestamptz
            or p.state = 'published' and p.ends_at <= %(at)s::timestamptz and p.ends_at > %(since)s::timestamptz - interval '90 days'
        )
),
counted as (
    select w.*, told.count, told.first_at
    from watched w
    cross join lateral (
        select count(*) as count, min(n.sent_at) as first_at from (
            select n.sent_at from notice n
            where n.account_id = %(account)s::bigint and n.counted_campaign_id = w.id and n.sent_at >= w.since
            order by n.sent_at
            limit %(most)s::int + 1
        ) n
    ) told
    where w.state <> 'draft'
    union all
    select w.*, told.count, told.first_at
    from watched w
    cross join lateral (
        select count(*) as count, min(n.sent_at) as first_at from (
            select n.sent_at
            from engagement g
            join engagement_entry_point h on h.account_id = g.account_id and h.engagement_id = g.id
            join entry_point e on e.account_id = h.account_id and e.id = h.entry_point_id and e.kind = 'campaign_id'
            join notice n
                on n.account_id = %(account)s::bigint and n.source_id = e.source_id and n.campaign_key = e.key and n.sent_at >= w.since
                and n.counted_engagement_id is null and n.is_counted
            where g.account_id = %(account)s::bigint and g.campaign_id = w.id and g.enabled and g.removed_at is null
            limit %(most)s::int + 1
        ) n
    ) told
    where w.state = 'draft'
)
select id, name, phase, starts_on, ends_on, count, first_at
from counted
where count > 0
order by count desc, id
limit 50
