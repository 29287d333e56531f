-- Delete a batch of events of before an instant, oldest first, but for those without a position yet. Index: the primary key.
delete from event e
using (
    select id from event
    where account_id = %(account)s::bigint and id < uuid_floor(%(before)s::timestamptz) and position is not null
    order by id
    limit %(limit)s::int
) as old
where e.account_id = %(account)s::bigint and e.id = old.id
