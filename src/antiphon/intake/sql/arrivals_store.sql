-- Store arrivals raw; one that is there already (a spool drained twice) violates the primary key: looking first, as for keys, would
-- cost every arrival what hardly any needs. Claims the dedupe keys of their facts, as keys_claim.sql does, and says how many are new.
-- Indexes: the primary keys.
with stored as (
    insert into arrival (account_id, id, source_id, kind, received_at, headers, query, body, state, reason)
    select %(account)s::bigint, came.*
    from (
        select
            unnest(%(id)s::uuid[]) as id, unnest(%(arrival_source_id)s::bigint[]) as arrival_source_id,
            unnest(%(kind)s::text[]) as kind, unnest(%(received_at)s::timestamptz[]) as received_at,
            unnest(%(headers)s::text[]) as headers, unnest(%(query)s::text[]) as query, unnest(%(body)s::bytea[]) as body,
            unnest(%(state)s::text[]) as state, unnest(%(reason)s::text[]) as reason
    ) as came
),
claimed as (
    insert into arrival_key (account_id, source_id, key, arrival_id, fact_id)
    select %(account)s::bigint, claimed.*
    from (
        select
            unnest(%(source_id)s::bigint[]) as source_id, unnest(%(key)s::bytea[]) as key,
            unnest(%(arrival_id)s::uuid[]) as arrival_id, unnest(%(fact_id)s::uuid[]) as fact_id
    ) as claimed
    order by claimed.source_id, claimed.key
    on conflict (account_id, source_id, key) do nothing
    returning 1
)
select count(*) as keys from claimed
