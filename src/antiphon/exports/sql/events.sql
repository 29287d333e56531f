-- Events that have a position of an account that were learned of in a stretch of time, in that order: an id begins with the time.
-- Index: the primary key of event, of the months it falls in.
select
    id, type, subject, time, position, content
from event
where account_id = %(account)s::bigint and id >= uuid_floor(%(start)s::timestamptz) and id < uuid_floor(%(end)s::timestamptz)
    and position is not null
order by id
