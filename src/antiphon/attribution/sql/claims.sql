-- What is each notice, or reply without notice, counted under? One row per question in the order asked, of nulls when
-- nothing claims it: a campaign ID whatever the frame, else a phone number in frame; a frame that holds the instant first,
-- then the latest start, then the lowest engagement number. Paused campaigns count: the broadcast did go out.
-- Indexes: entry_point_once (account_id, source_id, kind, key), engagement_entry_point_once.
with asked as materialized (
    select q.*
    from (
        select
            unnest(%(source_id)s::bigint[]) as source_id, unnest(%(campaign_key)s::text[]) as campaign_key,
            unnest(%(number_key)s::text[]) as number_key, unnest(%(at)s::timestamptz[]) as at,
            generate_subscripts(%(source_id)s::bigint[], 1) as position
    ) as q
)
select
    coalesce(by_campaign_id.campaign_id, by_number.campaign_id) as campaign_id,
    coalesce(by_campaign_id.engagement_id, by_number.engagement_id) as engagement_id,
    coalesce(by_campaign_id.entry_point_id, by_number.entry_point_id) as entry_point_id,
    coalesce(by_campaign_id.skill_id, by_number.skill_id) as skill_id,
    coalesce(by_campaign_id.language, by_number.language, '') as language
from asked a
left join lateral (
    select c.*
    from claim c
    where c.account_id = %(account_id)s::bigint and c.source_id = a.source_id and c.kind = 'campaign_id' and c.key = a.campaign_key
        and c.key <> '' and c.enabled and c.state in ('published', 'paused')
    order by c.starts_at <= a.at and a.at < c.ends_at desc, c.starts_at desc, c.engagement_number
    limit 1
) by_campaign_id on true
left join lateral (
    select c.*
    from claim c
    where by_campaign_id.engagement_id is null
        and c.account_id = %(account_id)s::bigint and c.source_id = a.source_id and c.kind = 'phone_number' and c.key = a.number_key
        and c.key <> '' and c.enabled and c.state in ('published', 'paused')
        and c.starts_at <= a.at and a.at < c.ends_at
    order by c.starts_at desc, c.engagement_number
    limit 1
) by_number on true
order by a.position
