-- Judge the open conversations of these consumers from stored instants: the newest opt-out in scope at or after the latest
-- reply means that the consumer leaves; else not, also when an opt-out that held is no longer in scope. A reply that came late
-- does not take the turn from a consumer who leaves. Returns those whose state changed.
-- Indexes: conversation_by_consumer, opt_out_by_consumer.
update conversation c
set leaving_at = case when judged.leaves then coalesce(c.leaving_at, %(at)s::timestamptz) end,
    turn = case when judged.leaves then 'consumer' when c.waiting_since is not null then 'agent' else c.turn end
from (
    select open.id, coalesce(newest.is_out and newest.at >= open.last_replied_at, false) as leaves
    from conversation open
    left join lateral (
        select o.is_out, o.at from opt_out o
        where o.account_id = %(account)s::bigint and o.consumer_id = open.consumer_id
            and (
                o.scope = 'account'
                or o.source_id = open.source_id and (o.scope = 'source' or o.number in ('', open.last_to_number))
            )
        order by o.at desc, o.dedupe_key desc
        limit 1
    ) newest on true
    where open.account_id = %(account)s::bigint and open.consumer_id = any (%(consumer_ids)s::uuid[]) and open.state <> 'closed'
) judged
where c.account_id = %(account)s::bigint and c.id = judged.id
    and ((c.leaving_at is not null) is distinct from judged.leaves or judged.leaves and c.turn <> 'consumer')
returning c.id, c.leaving_at
