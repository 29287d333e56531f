-- The library entry points of a source, with who claims each and what was last heard first of its campaign ID; those that are chosen,
-- then those that nobody claims, then the newest. Indexes: entry_point_once, engagement_entry_point_once, primary key of broadcast.
select
    e.id, e.kind, e.value, e.key, e.name, b.text, b.first_heard_at,
    coalesce((
        select jsonb_agg(p.name || ' · ' || g.name order by p.starts_at desc, g.number)
        from engagement_entry_point h
        join engagement g on g.account_id = h.account_id and g.id = h.engagement_id and g.removed_at is null
        join campaign p on p.account_id = g.account_id and p.id = g.campaign_id and p.state <> 'archived'
        where h.account_id = e.account_id and h.entry_point_id = e.id and g.id <> %(engagement)s::bigint
    ), '[]')::text as used_by
from entry_point e
left join broadcast b
    on b.account_id = e.account_id and b.source_id = e.source_id and e.kind = 'campaign_id' and b.campaign_key = e.key
where e.account_id = %(account)s::bigint and e.source_id = %(source)s::bigint
order by e.id = any(%(chosen)s::bigint[]) desc, exists (
    select from engagement_entry_point h where h.account_id = e.account_id and h.entry_point_id = e.id
), e.id desc
limit 200
