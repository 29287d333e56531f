-- The consumer behind each conversion that is told: by number, or by conversation; null where there is none.
-- Index: consumer_phone_once, and the primary key of conversation.
select asked.n, coalesce(held.consumer_id, known.id) as consumer_id
from unnest(%(n)s::int[], %(phone)s::text[], %(conversation)s::uuid[]) as asked (n, phone, conversation)
left join consumer known on known.account_id = %(account)s::bigint and known.phone = asked.phone
left join conversation held on held.account_id = %(account)s::bigint and held.id = asked.conversation
