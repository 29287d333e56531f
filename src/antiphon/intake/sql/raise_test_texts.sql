-- Take reports on test texts: the highest state wins, whatever the order they come in; returns what rose. Index: the primary key.
with climb (state, place) as (
    values ('dispatching', 0), ('unknown', 0), ('queued', 1), ('sent', 2), ('failed', 3), ('delivered', 4), ('read', 5)
),
best as (
    select distinct on (came.id) came.id, came.state, came.reason, came.detail, came.received_at, climb.place
    from unnest(%(id)s::bigint[], %(state)s::text[], %(reason)s::text[], %(detail)s::text[], %(received_at)s::timestamptz[])
        as came (id, state, reason, detail, received_at)
    join climb on climb.state = came.state
    order by came.id, climb.place desc, came.received_at
)
update test_text
set state = best.state, reason = coalesce(best.reason, ''), detail = left(best.detail, 200), state_at = best.received_at
from best, climb before
where test_text.account_id = %(account)s::bigint and test_text.id = best.id and before.state = test_text.state
    and best.place > before.place
returning test_text.source_id
