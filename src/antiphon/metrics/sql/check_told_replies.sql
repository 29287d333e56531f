-- Replies that were not told of exactly once.
-- Index: the primary key of event's months; reads every event of the account.
select reply.id, 'was told of ' || count(event.id) || ' times' as says
from reply
left join event
    on event.account_id = reply.account_id and event.type = 'reply.received'
    and event.content ->> 'reply' = reply.id::text
where reply.account_id = %(account_id)s::bigint
    and reply.received_at >= coalesce(
        (select kept_from from retention where account_id = %(account_id)s::bigint and kind = 'events') + interval '1 day', '2000-01-01'
    )
group by reply.id
having count(event.id) <> 1
order by reply.id
