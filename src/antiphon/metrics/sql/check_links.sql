-- Conversations that nobody linked by hand and whose link differs from their opening reply's decision in force.
-- Index: decision_in_force_once; reads every conversation of the account.
select
    conversation.id,
    'is ' || conversation.verdict || ' with engagement ' || coalesce(conversation.engagement_id::text, 'none') || ', its opening reply '
    || decision.verdict || ' with ' || coalesce(decision.engagement_id::text, 'none') as says
from conversation
join decision
    on decision.account_id = conversation.account_id and decision.reply_id = conversation.opening_reply_id
    and decision.superseded_at is null
where conversation.account_id = %(account_id)s::bigint and not conversation.is_linked_by_person
    and (
        conversation.verdict <> decision.verdict
        or (conversation.campaign_id, conversation.engagement_id, conversation.entry_point_id, conversation.notice_id)
            is distinct from (decision.campaign_id, decision.engagement_id, decision.entry_point_id, decision.notice_id)
    )
order by conversation.id
