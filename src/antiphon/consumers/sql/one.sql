-- Read a consumer, with since when they are known.
-- Index: the primary key of consumer.
select k.id, k.phone, k.name, k.created_at, k.erased_at from consumer k where k.account_id = %(account)s::bigint and k.id = %(consumer)s::uuid
