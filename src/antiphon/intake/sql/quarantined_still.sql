-- Which of these arrivals are in quarantine. Index: the primary key.
select id from arrival where account_id = %(account)s::bigint and id = any (%(id)s::uuid[]) and state = 'quarantined'
