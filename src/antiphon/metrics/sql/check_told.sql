-- Conversations that were not told of exactly once when they started.
-- Index: the primary key of event's months; reads every event of the account.
select conversation.id, 'was told of ' || count(event.id) || ' times when it started' as says
from conversation
left join event
    on event.account_id = conversation.account_id and event.type = 'conversation.started'
    and event.subject = 'conversation:' || conversation.id
where conversation.account_id = %(account_id)s::bigint
    and conversation.started_at >= coalesce(
        (select kept_from from retention where account_id = %(account_id)s::bigint and kind = 'events') + interval '1 day', '2000-01-01'
    )
group by conversation.id
having count(event.id) <> 1
order by conversation.id
