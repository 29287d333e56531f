-- Let one transaction at a time fold or repair the account's counters. Index: none.
select pg_advisory_xact_lock(hashtextextended('antiphon.counter', %(account_id)s::bigint))
