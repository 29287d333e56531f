-- Say of a task that its files are gone. Index: the primary key.
update task set result = result || '{"is_deleted": true}'
where account_id = %(account)s::bigint and id = %(id)s::bigint
