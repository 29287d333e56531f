-- Name the accounts whose events wait for a position. Crosses accounts: for the role of the jobs.
-- Index: event_unnumbered.
select distinct account_id from event where position is null order by account_id
