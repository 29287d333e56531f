-- Read what changed after a position, without contents: what streams tell pages, with who has the conversation now, where it is about one.
-- Index: event_by_position; the primary key of conversation.
select
    e.position, e.type, e.subject,
    e.content ->> 'campaign' as campaign, e.content -> 'before' ->> 'campaign' as former_campaign,
    e.content ->> 'conversation' as conversation, e.content ->> 'source' as source, e.content ->> 'consumer' as consumer,
    case when e.content ? 'conversation' then (
        select c.agent_id from conversation c
        where c.account_id = e.account_id and c.id = (e.content ->> 'conversation')::uuid and c.state = 'assigned'
    ) end as agent
from event e
where e.account_id = %(account_id)s::bigint and e.position > %(after)s::bigint
order by e.position
limit %(limit)s::bigint
