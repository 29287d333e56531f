-- What conversations without an engagement take from their source. Index: the primary key.
select id, default_skill_id, default_language from source where account_id = %(account)s::bigint and id = any (%(ids)s::bigint[])
