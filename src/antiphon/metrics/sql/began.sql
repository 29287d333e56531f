-- When the first of these metrics was first counted: one look at the beginning of each in the index, and at the few moves.
-- Index: the primary key of counter, by account, metric and bucket.
select min(first.bucket) as at
from unnest(%(metrics)s::text[]) as asked (metric)
cross join lateral (
    (
        select bucket from counter
        where account_id = %(account_id)s::bigint and metric = asked.metric
        order by bucket
        limit 1
    )
    union all
    select min(moved.bucket)
    from counter_move
    cross join lateral unnest(counter_move.metric, counter_move.bucket) as moved (metric, bucket)
    where counter_move.account_id = %(account_id)s::bigint and moved.metric = asked.metric
) as first
