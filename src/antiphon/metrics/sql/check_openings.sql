-- Conversations whose start, opening reply or last reply differs from what their replies say, or that have none.
-- Index: reply_by_conversation; reads every conversation and reply of the account.
select
    conversation.id,
    case
        when replies.conversation_id is null then 'has no reply'
        when conversation.opening_reply_id <> replies.opening_id then 'opens with another reply than its earliest'
        when conversation.started_at <> replies.started_at then 'starts at another instant than its first receipt'
        else 'has replies of another consumer or source, or another last reply'
    end as says
from conversation
left join (
    select
        conversation_id,
        (array_agg(id order by replied_at, dedupe_key))[1] as opening_id,
        min(replied_at) as opening_at,
        min(received_at) as started_at,
        max(replied_at) as last_at,
        array_agg(distinct (source_id, consumer_id)::text) as pairs
    from reply
    where account_id = %(account_id)s::bigint
    group by conversation_id
) as replies on replies.conversation_id = conversation.id
where conversation.account_id = %(account_id)s::bigint
    and (
        replies.conversation_id is null
        or conversation.opening_reply_id <> replies.opening_id
        or conversation.opening_replied_at <> replies.opening_at
        or conversation.started_at <> replies.started_at
        or conversation.last_replied_at <> replies.last_at
        or replies.pairs <> array[(conversation.source_id, conversation.consumer_id)::text]
    )
order by conversation.id
