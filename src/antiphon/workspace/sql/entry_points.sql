-- The library of an account as pages show it, by name, after the last one seen: narrowed by text, source, kind, use, or to one;
-- with the engagements that have each, and what was heard of an external campaign.
-- Indexes: entry_point_once (account_id, …), engagement_entry_point_once, broadcast_pkey, notice_unmapped. Few rows: configuration.
with library as (
    select
        e.id, e.source_id, e.kind, e.value, e.key, e.name, lower(coalesce(nullif(e.name, ''), e.value)) as place,
        coalesce((
            select jsonb_agg(
                jsonb_build_object(
                    'id', g.id, 'name', g.name, 'enabled', g.enabled, 'campaign_id', c.id, 'campaign', c.name, 'state', c.state,
                    'time_zone', c.time_zone, 'starts_on', c.starts_on, 'ends_on', c.ends_on, 'starts_at', c.starts_at, 'ends_at', c.ends_at
                )
                order by g.number
            )
            from engagement_entry_point h
            join engagement g on g.account_id = h.account_id and g.id = h.engagement_id and g.removed_at is null
            join campaign c on c.account_id = g.account_id and c.id = g.campaign_id and c.state <> 'archived'
            where h.account_id = e.account_id and h.entry_point_id = e.id
        ), '[]') as uses
    from entry_point e
    where e.account_id = %(account)s::bigint and e.removed_at is null
        and (%(id)s::bigint is null or e.id = %(id)s::bigint)
        and (%(source)s::bigint is null or e.source_id = %(source)s::bigint)
        and (%(kind)s::text = '' or e.kind = %(kind)s::text)
        and (
            %(text)s::text = ''
            or position(lower(%(text)s::text) in lower(e.name)) > 0
            or position(%(key)s::text in e.key) > 0
        )
)
select
    l.id, l.kind, l.value, l.name, l.place, l.source_id, s.name as source, s.disconnected_at is null as is_connected, l.uses::text as uses,
    b.first_heard_at, b.text, unmapped.sent_at as unmapped_at,
    case when l.kind = 'phone_number' then coalesce((
        select jsonb_agg(o.name order by o.name)
        from source o
        where o.account_id = %(account)s::bigint and o.disconnected_at is null and o.numbers @> to_jsonb(l.value)
    ), '[]')::text end as holders
from library l
join source s on s.account_id = %(account)s::bigint and s.id = l.source_id
left join broadcast b
    on b.account_id = %(account)s::bigint and b.source_id = l.source_id and l.kind = 'campaign_id' and b.campaign_key = l.key
left join lateral (
    select n.sent_at
    from notice n
    where n.account_id = %(account)s::bigint and n.source_id = l.source_id and l.kind = 'campaign_id' and n.campaign_key = l.key
        and n.counted_engagement_id is null and n.is_counted
    order by n.sent_at desc
    limit 1
) unmapped on true
where (%(used)s::boolean is null or (l.uses <> '[]'::jsonb) = %(used)s::boolean)
    and (%(after_place)s::text is null or (l.place, l.id) > (%(after_place)s::text, %(after_id)s::bigint))
order by l.place, l.id
limit %(limit)s::int
