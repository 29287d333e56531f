-- What a report can be narrowed to in one dimension: what is in use first, the newest first. Index: the primary keys; as many rows as
-- the account has things of that kind.
select found.id, found.name, found.is_gone
from (
    select id, name, state = 'archived' as is_gone from campaign
    where %(dimension)s::text = 'campaign' and account_id = %(account_id)s::bigint
    union all
    select id, name, removed_at is not null from engagement
    where %(dimension)s::text = 'engagement' and account_id = %(account_id)s::bigint
    union all
    select id, coalesce(nullif(name, ''), value), false from entry_point
    where %(dimension)s::text = 'entry_point' and account_id = %(account_id)s::bigint
    union all
    select id, name, disconnected_at is not null from source
    where %(dimension)s::text = 'source' and account_id = %(account_id)s::bigint
    union all
    select id, name, removed_at is not null from skill
    where %(dimension)s::text = 'skill' and account_id = %(account_id)s::bigint
    union all
    select id, name, not is_active from membership
    where %(dimension)s::text = 'agent' and account_id = %(account_id)s::bigint
) as found
order by found.is_gone, found.id desc
limit %(most)s::int
