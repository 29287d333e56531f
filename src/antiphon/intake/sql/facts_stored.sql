-- Which of these facts are stored. Index: the primary keys.
select id from notice where account_id = %(account)s::bigint and id = any (%(id)s::uuid[])
union all select id from reply where account_id = %(account)s::bigint and id = any (%(id)s::uuid[])
union all select id from opt_out where account_id = %(account)s::bigint and id = any (%(id)s::uuid[])
union all select id from delivery_report where account_id = %(account)s::bigint and id = any (%(id)s::uuid[])
