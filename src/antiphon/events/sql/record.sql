-- Store events, numbered by the sequence in the order of the arrays, which is that in which unnest gives them, and wake the relay when the transaction commits.
-- Index: the primary key of the month's partition, event_unnumbered (both only written).
with stored as (
    insert into event (account_id, id, type, subject, time, content, written)
    select %(account_id)s::bigint, id, type, subject, time, content, nextval('event_written')
    from (
        select
            unnest(%(ids)s::uuid[]) as id, unnest(%(types)s::text[]) as type, unnest(%(subjects)s::text[]) as subject,
            unnest(%(times)s::timestamptz[]) as time, unnest(%(contents)s::jsonb[]) as content
    ) as new
)
select pg_notify('antiphon_written', %(account_id)s::text) where %(wakes_relay)s::boolean
