-- Replies whose mark as their broadcast's first differs from the rule: the consumer's earliest by (replied_at, dedupe key).
-- Index: reply_by_consumer; reads every reply of the account.
select ranked.id, case when is_first_reply then 'is marked as first to its broadcast and is not' else 'is first to its broadcast and is not marked' end as says
from (
    select
        id, is_first_reply,
        broadcast_key <> '' and row_number() over (
            partition by source_id, consumer_id, broadcast_key order by replied_at, dedupe_key
        ) = 1 as should_be
    from reply
    where account_id = %(account_id)s::bigint
) as ranked
where is_first_reply <> should_be
order by id
