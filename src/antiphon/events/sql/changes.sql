-- Read what changed after a position, without contents: what streams tell pages.
-- Index: event_by_position.
select
    position, type, subject,
    content ->> 'campaign' as campaign, content -> 'before' ->> 'campaign' as former_campaign,
    content ->> 'conversation' as conversation, content ->> 'source' as source, content ->> 'consumer' as consumer
from event
where account_id = %(account_id)s::bigint and position > %(after)s::bigint
order by position
limit %(limit)s::bigint
