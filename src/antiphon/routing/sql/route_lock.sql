-- Let one router per account choose at a time; a statement of its own, so that what follows sees what the one before it gave.
-- Index: none.
select pg_advisory_xact_lock(hashtextextended('antiphon.route', %(account)s::bigint))
