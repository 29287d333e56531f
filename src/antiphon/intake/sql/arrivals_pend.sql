-- The line failed for these arrivals: the worker takes them again, one by one. Index: the primary key.
update arrival set state = 'pending', reason = %(reason)s::text
where account_id = %(account)s::bigint and id = any (%(id)s::uuid[])
