-- Wake the relay in a transaction of its own, which nobody waits for the disk for: it stores nothing, so it has nothing to lose.
-- Index: none.
select set_config('synchronous_commit', 'off', true), pg_notify('antiphon_written', %(account_id)s::bigint::text)
