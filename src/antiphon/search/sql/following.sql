-- The next conversations of an account, by id.
-- Index: the primary key of conversation.
select c.id
from conversation c
where c.account_id = %(account)s::bigint and (%(after)s::uuid is null or c.id > %(after)s::uuid)
order by c.id
limit %(limit)s::int
