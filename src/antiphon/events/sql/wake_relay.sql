-- Wake the relay when the transaction commits.
-- Index: none.
select pg_notify('antiphon_written', %(account_id)s::bigint::text)
