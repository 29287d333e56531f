-- Store events, numbered by the sequence in the order of the arrays, which is that in which unnest gives them, and wake the relay when the transaction commits.
-- Index: the primary key of the month's partition, event_unnumbered (both only written).
with stored as (
    insert into event (account_id, id, type, subject, time, content, written)
    select %(account_id)s::bigint, id, type, subject, time, content, nextval('event_written')
    from unnest(
        %(ids)s::uuid[], %(types)s::text[], %(subjects)s::text[], %(times)s::timestamptz[], %(contents)s::jsonb[]
    ) as new (id, type, subject, time, content)
)
select pg_notify('antiphon_written', %(account_id)s::text) where %(wakes_relay)s::boolean
