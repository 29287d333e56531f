-- The newest instruction of a consumer per scope that reaches this source and number. Index: opt_out_by_consumer (account_id, consumer_id, at).
select distinct on (o.scope, o.source_id, o.number) o.id, o.is_out, o.scope, o.number, o.how, o.text, o.at, o.received_at
from opt_out o
where o.account_id = %(account)s::bigint and o.consumer_id = %(consumer)s::uuid
    and (
        o.scope = 'account'
        or (o.scope = 'source' and o.source_id = %(source)s::bigint)
        or (o.scope = 'number' and o.source_id = %(source)s::bigint and o.number = %(number)s::text)
    )
order by o.scope, o.source_id, o.number, o.at desc, o.id desc
