-- Pages of these people are there: remember when, and let those come back online whom silence had set away. Returns who came back.
-- Index: presence_once (account, membership).
with heard as (
    select id, membership_id, state = 'away' and set_by = 'system' as is_back
    from presence
    where account_id = %(account)s::bigint and membership_id = any (%(members)s::bigint[])
    order by membership_id
    for update
),
noted as (
    update presence p
    set seen_at = greatest(p.seen_at, %(at)s::timestamptz),
        state = case when heard.is_back then 'online' else p.state end,
        since = case when heard.is_back then %(at)s::timestamptz else p.since end
    from heard
    where p.account_id = %(account)s::bigint and p.id = heard.id
)
select membership_id from heard where is_back order by membership_id
