-- Store arrivals raw; one that is there already (a spool drained twice) violates the primary key: looking first, as for keys, would
-- cost every arrival what hardly any needs. Claims the dedupe keys of their facts, as keys_claim.sql does, and says how many are new.
-- Indexes: the primary keys.
with stored as (
    insert into arrival (account_id, id, source_id, kind, received_at, headers, query, body, state, reason)
    select %(account)s::bigint, came.*
    from unnest(
        %(id)s::uuid[], %(arrival_source_id)s::bigint[], %(kind)s::text[], %(received_at)s::timestamptz[], %(headers)s::text[],
        %(query)s::text[], %(body)s::bytea[], %(state)s::text[], %(reason)s::text[]
    ) as came
),
claimed as (
    insert into arrival_key (account_id, source_id, key, arrival_id, fact_id)
    select %(account)s::bigint, claimed.*
    from unnest(%(source_id)s::bigint[], %(key)s::bytea[], %(arrival_id)s::uuid[], %(fact_id)s::uuid[])
        as claimed (source_id, key, arrival_id, fact_id)
    order by claimed.source_id, claimed.key
    on conflict (account_id, source_id, key) do nothing
    returning 1
)
select count(*) as keys from claimed
