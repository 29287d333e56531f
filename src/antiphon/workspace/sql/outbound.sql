-- Campaigns of an account in the order that was chosen, those that need attention first unless another is (what goes out now before them); one page after a place.
-- `phase` is what pages call them: a published one by where its frame stands. Text that is looked for is found in the name, and in
-- values and names of entry points.
-- Indexes: campaign_by_start (account_id, starts_at, id), engagement_entry_point_once, primary key of entry_point.
with told as (
    select
        p.*,
        case
            when p.state <> 'published' then p.state
            when p.starts_at > %(at)s::timestamptz then 'scheduled'
            when p.ends_at <= %(at)s::timestamptz then 'ended'
            else 'live'
        end as phase,
        lpad((99999999999 - extract(epoch from p.starts_at)::bigint)::text, 12, '0') as newest
    from campaign p
    where p.account_id = %(account)s::bigint
        and (%(goal)s::text = '' or p.goal_kind = %(goal)s::text)
        and (
            %(text)s::text = ''
            or position(%(text)s::text in lower(p.name)) > 0
            or exists (
                select from engagement g
                join engagement_entry_point h on h.account_id = g.account_id and h.engagement_id = g.id
                join entry_point e on e.account_id = h.account_id and e.id = h.entry_point_id
                where g.account_id = p.account_id and g.campaign_id = p.id and g.removed_at is null
                    and (
                        position(%(text)s::text in lower(e.value)) > 0 or position(%(text)s::text in lower(e.name)) > 0
                        or %(number)s::text <> '' and position(%(number)s::text in e.value) > 0
                    )
            )
        )
),
placed as (
    select
        told.*,
        case %(sort)s::text
            when 'name' then lower(name)
            when 'start' then newest
            when 'end' then coalesce(lpad(extract(epoch from ends_at)::bigint::text, 12, '0'), 'open')
            else case when id = any(%(urgent)s::bigint[]) then '0' when id = any(%(attention)s::bigint[]) then '1' else '2' end || newest
        end as place
    from told
)
select
    id, name, goal_kind, time_zone, starts_on, ends_on, starts_at, ends_at, state, phase, place
from placed
where (%(phase)s::text = phase or %(phase)s::text = '' and phase <> 'archived')
    and (
        %(after_place)s::text = ''
        or (place collate "C", id) > (%(after_place)s::text collate "C", %(after_id)s::bigint)
    )
order by place collate "C", id
limit %(limit)s::int
