-- Keep every writer of the account's counters out until the transaction ends: the lock of each slot, in order.
-- Index: none.
select pg_advisory_xact_lock(hashtextextended('antiphon.counter', %(account_id)s::bigint * 16 + slot))
from generate_series(0, 15) as slot
order by slot
