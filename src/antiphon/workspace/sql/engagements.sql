-- The engagements of a campaign with skill, source and entry points. Index: the foreign keys of engagement and engagement_entry_point.
select g.id, g.number, g.name, g.language, g.note, g.enabled, g.version, s.name as skill, o.name as source, o.disconnected_at, o.paused_at,
    coalesce(
        (
            select jsonb_agg(jsonb_build_object('kind', e.kind, 'value', e.value, 'name', e.name) order by e.kind, e.value)
            from engagement_entry_point h
            join entry_point e on e.account_id = h.account_id and e.id = h.entry_point_id
            where h.account_id = g.account_id and h.engagement_id = g.id
        ),
        '[]'
    )::text as entry_points
from engagement g
join skill s on s.account_id = g.account_id and s.id = g.skill_id
join source o on o.account_id = g.account_id and o.id = g.source_id
where g.account_id = %(account)s::bigint and g.campaign_id = %(campaign)s::bigint and g.removed_at is null
order by g.number
