-- What is counted of notices, replies and delivery reports, moves included: what a report of them would say now.
-- Index: counter_key and the primary key of counter_move, by account.
select account_id, metric, sum(value)::bigint as value
from counter_now
where account_id = any (%(accounts)s::bigint[]) and metric in ('sent', 'replies', 'delivered')
group by account_id, metric
