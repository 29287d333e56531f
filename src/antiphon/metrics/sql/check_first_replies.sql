-- Replies whose mark as their broadcast's first differs from the rule: the consumer's earliest by (replied_at, dedupe key).
-- Of a consumer who may have had replies that are not kept any more (retention), only marks too many are found.
-- Index: reply_by_consumer; reads every reply of the account.
select ranked.id, case when is_first_reply then 'is marked as first to its broadcast and is not' else 'is first to its broadcast and is not marked' end as says
from (
    select
        id, consumer_id, is_first_reply,
        broadcast_key <> '' and row_number() over (
            partition by source_id, consumer_id, broadcast_key order by replied_at, dedupe_key
        ) = 1 as should_be
    from reply
    where account_id = %(account_id)s::bigint
) as ranked
left join consumer on consumer.account_id = %(account_id)s::bigint and consumer.id = ranked.consumer_id
where is_first_reply <> should_be
    and (is_first_reply or not coalesce(consumer.created_at < (
        select kept_from from retention where account_id = %(account_id)s::bigint and kind = 'conversations'
    ), false))
order by ranked.id
