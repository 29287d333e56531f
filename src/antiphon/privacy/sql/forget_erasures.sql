-- Delete erasures of before an instant that no opt-out needs: the provider repeats nothing any more.
-- Indexes: erasure's primary key, by account; opt_out_by_consumer.
delete from erasure e
where e.account_id = %(account)s::bigint and e.at < %(before)s::timestamptz and e.swept_at is not null
    and not exists (select from opt_out o where o.account_id = %(account)s::bigint and o.consumer_id = e.consumer_id)
