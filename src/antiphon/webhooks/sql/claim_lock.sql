-- One worker at a time chooses what an account's endpoints get next; it holds this until its transaction ends. Index: none, a lock.
select pg_advisory_xact_lock(hashtextextended('antiphon.webhooks', %(account)s::bigint))
