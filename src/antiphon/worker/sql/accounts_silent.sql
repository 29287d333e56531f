-- Accounts where somebody is online and has not been heard since an instant. Crosses accounts. Index: presence_online (account, seen_at).
select distinct account_id from presence
where state = 'online' and seen_at < %(before)s::timestamptz
order by account_id
