-- Let one relay per account number at a time; a statement of its own, so that the numbering sees what the relay before it committed.
-- Index: none.
select pg_advisory_xact_lock(hashtextextended('antiphon.relay', %(account_id)s::bigint))
