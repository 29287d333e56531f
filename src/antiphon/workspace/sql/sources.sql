-- The sources of an account (or one of them) with what is heard of each webhook, what is in quarantine (counted up to 100) and how many
-- engagements of published campaigns use it. Index: the primary keys, source_heard_once, arrival_quarantined, engagement_source_id.
select
    s.id, s.app, s.name, s.numbers::text as numbers, s.token_state, s.token_reason, s.connected_at, s.paused_at, s.disconnected_at,
    coalesce((
        select json_agg(json_build_object('kind', h.kind, 'heard_at', h.heard_at, 'refused_at', h.refused_at))
        from source_heard h where h.account_id = s.account_id and h.source_id = s.id
    ), '[]')::text as heard,
    (
        select count(*) from (
            select from arrival a where a.account_id = s.account_id and a.state = 'quarantined' and a.source_id = s.id limit 100
        ) q
    ) as quarantined,
    (
        select count(*) from engagement g
        join campaign p on p.account_id = g.account_id and p.id = g.campaign_id and p.state = 'published'
        where g.account_id = s.account_id and g.source_id = s.id and g.enabled and g.removed_at is null
    ) as engagements
from source s
where s.account_id = %(account)s::bigint and (%(source)s::bigint is null or s.id = %(source)s::bigint)
order by s.disconnected_at is not null, s.name, s.id
