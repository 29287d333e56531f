-- Delete a batch of notices of before an instant, oldest first. Index: the primary key.
delete from notice n
using (
    select id from notice
    where account_id = %(account)s::bigint and id < uuid_floor(%(before)s::timestamptz)
    order by id
    limit %(limit)s::int
) as old
where n.account_id = %(account)s::bigint and n.id = old.id
