-- Delete a batch of arrivals of before an instant, oldest first, but for those that the line has not taken yet. Index: the primary key.
delete from arrival a
using (
    select id from arrival
    where account_id = %(account)s::bigint and id < uuid_floor(%(before)s::timestamptz) and state <> 'pending'
    order by id
    limit %(limit)s::int
) as old
where a.account_id = %(account)s::bigint and a.id = old.id
