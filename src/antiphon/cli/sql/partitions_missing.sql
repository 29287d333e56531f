-- Partitions of this month and the next that do not exist. Crosses accounts. Index: none.
select format('%s_%s', parent.name, to_char(month.first, 'YYYY_MM')) as name
from (values ('arrival'), ('notice'), ('event')) as parent (name)
cross join generate_series(
    date_trunc('month', %(first)s::date::timestamp), date_trunc('month', %(first)s::date::timestamp) + interval '1 month', interval '1 month'
) as month (first)
where not exists (
    select from pg_inherits
    where pg_inherits.inhrelid = to_regclass(format('%s_%s', parent.name, to_char(month.first, 'YYYY_MM')))
)
order by 1
