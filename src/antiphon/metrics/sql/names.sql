-- What things of a report are called, and whether they are gone: by id (`ids` beside `of`, the dimension of each), archived and removed
-- ones too. Index: the primary keys.
select asked.dimension, asked.id, coalesce(found.name, '') as name, coalesce(found.is_gone, true) as is_gone
from unnest(%(of)s::text[], %(ids)s::bigint[]) as asked (dimension, id)
left join lateral (
    select name, state = 'archived' as is_gone from campaign
    where asked.dimension = 'campaign' and account_id = %(account_id)s::bigint and campaign.id = asked.id
    union all
    select name, removed_at is not null from engagement
    where asked.dimension = 'engagement' and account_id = %(account_id)s::bigint and engagement.id = asked.id
    union all
    select coalesce(nullif(name, ''), value), false from entry_point
    where asked.dimension = 'entry_point' and account_id = %(account_id)s::bigint and entry_point.id = asked.id
    union all
    select name, disconnected_at is not null from source
    where asked.dimension = 'source' and account_id = %(account_id)s::bigint and source.id = asked.id
    union all
    select name, removed_at is not null from skill
    where asked.dimension = 'skill' and account_id = %(account_id)s::bigint and skill.id = asked.id
    union all
    select name, not is_active from membership
    where asked.dimension = 'agent' and account_id = %(account_id)s::bigint and membership.id = asked.id
) as found on true
