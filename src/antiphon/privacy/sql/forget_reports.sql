-- Delete a batch of delivery reports of before an instant, oldest first. Index: the primary key.
delete from delivery_report d
using (
    select id from delivery_report
    where account_id = %(account)s::bigint and id < uuid_floor(%(before)s::timestamptz)
    order by id
    limit %(limit)s::int
) as old
where d.account_id = %(account)s::bigint and d.id = old.id
