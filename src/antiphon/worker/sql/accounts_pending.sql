-- Accounts with arrivals that the line must try again by now. Crosses accounts. Index: arrival_pending where state = 'pending'.
select distinct account_id from arrival
where state = 'pending' and (retry_at is null or retry_at <= %(at)s::timestamptz)
order by account_id
