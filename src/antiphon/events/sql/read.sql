-- Read events after a position, in order; of some kinds, or of all.
-- Index: event_by_position.
select position, id, type, subject, time, content::text as content
from event
where account_id = %(account_id)s::bigint and position > %(after)s::bigint
    and (%(kinds)s::text[] is null or type = any(%(kinds)s::text[]))
order by position
limit %(limit)s::bigint
