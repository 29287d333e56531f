-- The newest instruction of a consumer that reaches this source and number: the one that decides whether an answer may be stored.
-- Index: opt_out_by_consumer (account_id, consumer_id, at).
select o.is_out, o.scope, o.how, o.text, o.at
from opt_out o
where o.account_id = %(account)s::bigint and o.consumer_id = %(consumer)s::uuid
    and (
        o.scope = 'account'
        or o.source_id = %(source)s::bigint and (o.scope = 'source' or o.number in ('', %(number)s::text))
    )
order by o.at desc, o.dedupe_key desc
limit 1
