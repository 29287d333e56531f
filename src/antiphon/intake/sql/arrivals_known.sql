-- Which of these arrivals are stored already. Index: the primary key.
select id from arrival where account_id = %(account)s::bigint and id = any (%(id)s::uuid[])
