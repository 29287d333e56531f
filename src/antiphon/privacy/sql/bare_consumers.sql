-- A page of consumers by id: those of whom nothing is stored, and where the page ends. Who was erased is known for as long as the erasure.
-- Indexes: the primary key, notice_eligible and reply_by_consumer once for each source, conversation_by_consumer, opt_out_by_consumer.
with page as materialized (
    select k.id, k.created_at, k.erased_at from consumer k
    where k.account_id = %(account)s::bigint and k.id > %(after)s::uuid
    order by k.id
    limit %(limit)s::int
)
select (select id from page order by id desc limit 1) as last, array(
    select k.id from page k
    where k.created_at < %(before)s::timestamptz
        and not exists (select from conversation c where c.account_id = %(account)s::bigint and c.consumer_id = k.id)
        and not exists (select from opt_out o where o.account_id = %(account)s::bigint and o.consumer_id = k.id)
        and not exists (
            select from source s join notice n on n.account_id = s.account_id and n.source_id = s.id and n.consumer_id = k.id
            where s.account_id = %(account)s::bigint
        )
        and (k.erased_at is null or not exists (select from erasure e where e.account_id = %(account)s::bigint and e.consumer_id = k.id))
) as ids
