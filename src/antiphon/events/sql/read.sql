-- Read events after a position, in order.
-- Index: event_by_position.
select position, id, type, subject, time, content::text as content
from event
where account_id = %(account_id)s::bigint and position > %(after)s::bigint
order by position
limit %(limit)s::bigint
