-- Say that an agent is there or not; the same again only says that they were heard. Returns what was in force before, nothing at first.
-- Index: presence_once (account, membership).
with before as (
    select state, set_by from presence
    where account_id = %(account)s::bigint and membership_id = %(member)s::bigint
    for update
),
stored as (
    insert into presence (account_id, membership_id, state, set_by, since, seen_at)
    values (%(account)s::bigint, %(member)s::bigint, %(state)s::text, %(actor)s::text, %(at)s::timestamptz, %(at)s::timestamptz)
    on conflict (account_id, membership_id) do update
    set state = excluded.state, set_by = excluded.set_by, seen_at = excluded.seen_at,
        since = case when presence.state = excluded.state then presence.since else excluded.since end
)
select state, set_by from before
