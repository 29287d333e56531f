-- Let one worker at a time keep an account's index; a statement of its own, so that the next one sees what the one before it stored.
-- Index: none.
select pg_advisory_xact_lock(hashtextextended('antiphon.search', %(account)s::bigint))
