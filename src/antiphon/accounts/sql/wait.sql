-- In how many seconds each of these allowances has one again: the longest of them. Crosses accounts: as spend.sql. Index: the primary key.
select coalesce(max((1 - held.has) / asked.per_second - extract(epoch from %(at)s::timestamptz - held.at)), 1)::float8 as seconds
from unnest(%(name)s::text[], %(most)s::int[], %(per_second)s::float8[]) as asked (name, most, per_second)
join allowance held on held.name = asked.name
