-- A consumer's opt-outs and those taken back, oldest first. Index: opt_out_by_consumer.
select o.id, o.at, o.received_at, o.is_out, o.scope, o.number, o.how, o.text, s.name as source
from opt_out o
join source s on s.account_id = o.account_id and s.id = o.source_id
where o.account_id = %(account)s::bigint and o.consumer_id = %(consumer)s::uuid
order by o.at, o.id
