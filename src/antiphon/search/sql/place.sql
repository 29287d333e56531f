-- Read where a page of conversations ended.
-- Index: the primary key of conversation.
select started_at, id from conversation where account_id = %(account)s::bigint and id = %(id)s::uuid
