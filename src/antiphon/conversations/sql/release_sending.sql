-- Nothing reached the provider: the answer may be tried again. Index: the primary key.
update answer set attempted_at = null
where account_id = %(account)s::bigint and id = %(id)s::uuid and state = 'dispatching'
