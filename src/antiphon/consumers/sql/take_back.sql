-- Delete consumers of whom nothing is stored. Index: the primary key.
delete from consumer where account_id = %(account)s::bigint and id = any (%(ids)s::uuid[])
