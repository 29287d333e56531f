-- Empty the arrivals that brought an erased consumer's notices, replies and opt-outs; one that the line has not taken yet is emptied
-- when it does.
-- Indexes: notice_eligible and reply_by_consumer once for each source, opt_out_by_consumer, arrival's primary key.
update arrival a
set headers = '', query = '', body = ''::bytea
from (
    select n.arrival_id from source s join notice n on n.account_id = s.account_id and n.source_id = s.id and n.consumer_id = %(consumer)s::uuid
    where s.account_id = %(account)s::bigint
    union
    select r.arrival_id from source s join reply r on r.account_id = s.account_id and r.source_id = s.id and r.consumer_id = %(consumer)s::uuid
    where s.account_id = %(account)s::bigint
    union
    select o.arrival_id from opt_out o where o.account_id = %(account)s::bigint and o.consumer_id = %(consumer)s::uuid
) as brought
where a.account_id = %(account)s::bigint and a.id = brought.arrival_id and a.state <> 'pending'
