-- Whether arrivals of before an instant still wait for the line. Crosses accounts: for the role of the jobs. Index: arrival_pending.
select exists (select from arrival where id < uuid_floor(%(until)s::timestamptz) and state = 'pending') as is_unfinished
