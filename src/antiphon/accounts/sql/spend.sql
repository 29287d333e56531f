-- Take one from each of these allowances that has one, as it has filled up since; those that had one come back. In the order of their
-- names, so that nobody waits in a circle. Crosses accounts: an allowance belongs to whom its name says. Index: the primary key.
insert into allowance as held (name, has, at)
select asked.name, asked.most - 1, %(at)s::timestamptz
from unnest(%(name)s::text[], %(most)s::int[], %(per_second)s::float8[]) as asked (name, most, per_second)
order by asked.name
on conflict (name) do update
set has = least(
        excluded.has + 1,
        held.has + greatest(extract(epoch from excluded.at - held.at), 0) * (
            select per_second from unnest(%(name)s::text[], %(per_second)s::float8[]) as own (name, per_second) where own.name = held.name
        )
    ) - 1,
    at = greatest(held.at, excluded.at)
where least(
        excluded.has + 1,
        held.has + greatest(extract(epoch from excluded.at - held.at), 0) * (
            select per_second from unnest(%(name)s::text[], %(per_second)s::float8[]) as own (name, per_second) where own.name = held.name
        )
    ) >= 1
returning name
