-- Set away whoever is online and has not been heard since an instant. Returns who that was. Index: presence_online (account, seen_at).
with silent as (
    select id, membership_id from presence
    where account_id = %(account)s::bigint and state = 'online' and seen_at < %(before)s::timestamptz
    order by membership_id
    for update
),
gone as (
    update presence p set state = 'away', set_by = 'system', since = %(at)s::timestamptz
    from silent
    where p.account_id = %(account)s::bigint and p.id = silent.id
)
select membership_id from silent order by membership_id
