-- Name the accounts whose counters have moves to be folded. Crosses accounts: for the role of the jobs.
-- Index: the primary key of counter_move, by account.
select distinct account_id from counter_move order by account_id
