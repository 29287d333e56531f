-- Empty arrivals of what they brought. Index: the primary key.
update arrival set headers = '', query = '', body = ''::bytea
where account_id = %(account)s::bigint and id = any (%(id)s::uuid[])
