-- The next arrival of this account that the line must try again, locked; one that another worker has is passed over.
-- Index: arrival_pending (account_id, id) where state = 'pending'.
select id, source_id, kind, received_at, headers, query, body, attempts
from arrival
where account_id = %(account)s::bigint and state = 'pending' and (retry_at is null or retry_at <= %(at)s::timestamptz)
order by id
limit 1
for update skip locked
