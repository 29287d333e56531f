-- Read which opt-outs of a consumer are in force: of each scope the newest instruction, where that is an opt-out.
-- Index: opt_out_by_consumer (account_id, consumer_id, at).
select newest.id, newest.scope, newest.number, newest.source, newest.how, newest.text, newest.at
from (
    select distinct on (o.scope, case when o.scope <> 'account' then o.source_id end, case when o.scope = 'number' then o.number end)
        o.id, o.is_out, o.scope, o.number, s.name as source, o.how, o.text, o.at
    from opt_out o
    join source s on s.account_id = o.account_id and s.id = o.source_id
    where o.account_id = %(account)s::bigint and o.consumer_id = %(consumer)s::uuid
    order by o.scope, case when o.scope <> 'account' then o.source_id end, case when o.scope = 'number' then o.number end,
        o.at desc, o.dedupe_key desc
) as newest
where newest.is_out
order by newest.at desc, newest.id desc
