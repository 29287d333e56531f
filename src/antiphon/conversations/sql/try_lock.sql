-- Lock a consumer if nobody else has: an agent who takes the next conversation does not wait for another. Index: the primary key.
select id from consumer where account_id = %(account)s::bigint and id = %(id)s::uuid for update skip locked
