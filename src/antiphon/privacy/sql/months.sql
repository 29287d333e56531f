-- The months of a parted table that end before an instant: their names, ends, and whether they are attached, or half detached.
-- Crosses accounts: for the role of the jobs. Index: those of the system's tables.
select c.relname::text as name, ends.until, i.inhrelid is not null as is_attached, coalesce(i.inhdetachpending, false) as is_pending
from pg_class c
cross join lateral (
    select (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month')::timestamp at time zone 'UTC' as until
) as ends
left join pg_inherits i on i.inhrelid = c.oid
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname ~ ('^' || %(table)s::text || '_[0-9]{4}_[0-9]{2}$')
    and ends.until <= %(before)s::timestamptz
order by ends.until
