-- Conversations offered for relinking as pages show them, in the order of their ids. Index: the primary keys.
select v.id, c.phone, v.state, v.started_at, r.text
from unnest(%(ids)s::uuid[]) with ordinality as wanted (id, position)
join conversation v on v.account_id = %(account)s::bigint and v.id = wanted.id
join consumer c on c.account_id = %(account)s::bigint and c.id = v.consumer_id
join reply r on r.account_id = %(account)s::bigint and r.id = v.opening_reply_id
order by wanted.position
