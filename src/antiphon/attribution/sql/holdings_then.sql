-- The engagements of a source that held one of these entry points at an instant, in the state they were in: the last
-- version at or before it of each engagement and of its campaign.
-- Indexes: entry_point_once, engagement_version_once, campaign_version_once.
select
    v.source_id, e.kind, e.key, e.id as entry_point_id, e.value as entry_point_value, g.id as engagement_id, g.number as engagement_number,
    v.version as engagement_version, v.name as engagement_name, v.enabled, g.campaign_id, p.name as campaign_name, p.state,
    p.starts_at, p.ends_at, v.skill_id, v.language, v.note
from unnest(%(kind)s::text[], %(key)s::text[]) as wanted (kind, key)
join entry_point e
    on e.account_id = %(account_id)s::bigint and e.source_id = %(source_id)s::bigint and e.kind = wanted.kind and e.key = wanted.key
join engagement g on g.account_id = %(account_id)s::bigint
join lateral (
    select v.* from engagement_version v
    where v.account_id = %(account_id)s::bigint and v.engagement_id = g.id and v.at <= %(as_of)s::timestamptz
    order by v.version desc
    limit 1
) v on v.source_id = e.source_id and v.entry_point_ids @> to_jsonb(e.id)
join lateral (
    select p.* from campaign_version p
    where p.account_id = %(account_id)s::bigint and p.campaign_id = g.campaign_id and p.at <= %(as_of)s::timestamptz
    order by p.version desc
    limit 1
) p on true
order by g.number, e.id
