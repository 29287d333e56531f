-- Quarantined arrivals, newest first, below a cursor. Index: arrival_quarantined (account_id, id).
select id, source_id, kind, received_at, reason, attempts, length(body) as size
from arrival
where account_id = %(account)s::bigint and state = 'quarantined' and (%(below)s::uuid is null or id < %(below)s::uuid)
order by id desc
limit %(limit)s::integer
