-- Store an answer, unless an opt-out in force stands against it: one at or after the consumer's latest reply, or any where
-- the provider blocks everything. The consumer's row is locked before, by a statement of its own.
-- Index: opt_out_by_consumer (account_id, consumer_id, at).
insert into answer (
    account_id, id, conversation_id, consumer_id, source_id, agent_id, skill_id, from_number, text, reference, created_at,
    waiting_since, due_at, state, state_at
)
select
    c.account_id, %(id)s::uuid, c.id, c.consumer_id, c.source_id, %(agent_id)s::bigint, c.skill_id, c.last_to_number,
    %(text)s::text, %(reference)s::text, %(at)s::timestamptz, c.waiting_since, c.due_at, 'dispatching', %(at)s::timestamptz
from conversation c
where c.account_id = %(account)s::bigint and c.id = %(conversation_id)s::uuid
    and not exists (
        select from (
            select o.is_out, o.at from opt_out o
            where o.account_id = c.account_id and o.consumer_id = c.consumer_id
                and (
                    o.scope = 'account'
                    or o.source_id = c.source_id and (o.scope = 'source' or o.number in ('', c.last_to_number))
                )
            order by o.at desc, o.dedupe_key desc
            limit 1
        ) newest
        where newest.is_out and (newest.at >= c.last_replied_at or %(blocks_everything)s::boolean)
    )
