-- The engagements of a source that hold one of these entry points, in whatever state they are now.
-- Indexes: entry_point_once, engagement_entry_point_once.
select
    c.source_id, c.kind, c.key, c.entry_point_id, e.value as entry_point_value, c.engagement_id, c.engagement_number, c.engagement_version,
    g.name as engagement_name, c.enabled, c.campaign_id, p.name as campaign_name, c.state, c.starts_at, p.ends_at, c.skill_id, c.language, c.note
from unnest(%(kind)s::text[], %(key)s::text[]) as wanted (kind, key)
join claim c
    on c.account_id = %(account_id)s::bigint and c.source_id = %(source_id)s::bigint and c.kind = wanted.kind and c.key = wanted.key
join entry_point e on e.account_id = %(account_id)s::bigint and e.id = c.entry_point_id
join engagement g on g.account_id = %(account_id)s::bigint and g.id = c.engagement_id
join campaign p on p.account_id = %(account_id)s::bigint and p.id = c.campaign_id
order by c.engagement_number, c.entry_point_id
