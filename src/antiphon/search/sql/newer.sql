-- Read which conversations the next events are about, and the position they end at.
-- The position to go on from is one value to the planner: row-level security keeps a coalesce in the condition itself off the index, and
-- every turn would read all events of the account from the first.
-- Index: event_by_position, the primary keys of search_position and event_position; conversation_by_consumer for who was erased.
with next as materialized (
    select e.position, e.type, e.content
    from event e
    where e.account_id = %(account)s::bigint
        and e.position > (select coalesce(max(p.position), 0) from search_position p where p.account_id = %(account)s::bigint)
    order by e.position
    limit %(limit)s::int
)
select
    (select max(position) from next) as position,
    (select count(*) from next) as read,
    array(
        select (content ->> 'conversation')::uuid from next where type not like 'notice.%%' and content ? 'conversation'
        union
        select c.id
        from next
        join conversation c on c.account_id = %(account)s::bigint and c.consumer_id = (next.content ->> 'consumer')::uuid
        where next.type = 'consumer.erased'
    ) as ids
