-- Give the next positions to committed events in the order they were written, and wake the streams. Call behind relay_lock.
-- Index: event_unnumbered, twice, the second time only in the months between the first and last id (without that and `is null`, the
-- plan joined every event of the account); event_position_pkey.
with waiting as materialized (
    select id, row_number() over (order by written) as place
    from event
    where account_id = %(account_id)s::bigint and position is null
    order by written
    limit %(limit)s::bigint
),
counted as (
    insert into event_position (account_id, position)
    select %(account_id)s::bigint, count(*) from waiting having count(*) > 0
    on conflict (account_id) do update set position = event_position.position + excluded.position
    returning position
),
numbered as (
    update event
    set position = counted.position - (select count(*) from waiting) + waiting.place
    from waiting, counted
    where event.account_id = %(account_id)s::bigint and event.id = waiting.id and event.position is null
        and event.id between (select id from waiting order by id limit 1) and (select id from waiting order by id desc limit 1)
    returning 1
)
select
    (select count(*) from numbered) as numbered,
    (select pg_notify('antiphon_live', %(account_id)s::text || ' ' || position::text) from counted)::text as told
