-- Count the events that the index does not know of yet, by position.
-- Index: the primary keys of event_position and search_position.
select coalesce(
    (select e.position from event_position e where e.account_id = %(account)s::bigint)
    - coalesce((select s.position from search_position s where s.account_id = %(account)s::bigint), 0),
    0
) as behind
