-- What a consumer said about being messaged while the conversation was open. Index: opt_out_by_consumer (account_id, consumer_id, at).
select o.id, o.received_at, o.is_out, o.how, o.text
from opt_out o
where o.account_id = %(account)s::bigint and o.consumer_id = %(consumer)s::uuid and o.source_id = %(source)s::bigint
    and (o.conversation_id = %(id)s::uuid or o.received_at between %(from)s::timestamptz and %(to)s::timestamptz)
order by o.received_at, o.id
limit 100
