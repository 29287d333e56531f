-- Whether events of before an instant have no position yet. Crosses accounts: for the role of the jobs. Index: event_unnumbered.
select exists (select from event where id < uuid_floor(%(until)s::timestamptz) and position is null) as is_unfinished
