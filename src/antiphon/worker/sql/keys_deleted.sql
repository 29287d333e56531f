-- Delete a batch of dedupe keys whose arrival is old: its id, a UUIDv7, says when it came. Crosses accounts.
-- Index: arrival_key_by_arrival, which knows the range of each block: a block of young keys is not read.
delete from arrival_key k
using (
    select old.account_id, old.source_id, old.key
    from account
    cross join lateral (
        select account_id, source_id, key from arrival_key
        where account_id = account.id and arrival_id < uuid_floor(%(before)s::timestamptz)
        limit %(limit)s::integer
    ) as old
    limit %(limit)s::integer
) as gone
where k.account_id = gone.account_id and k.source_id = gone.source_id and k.key = gone.key
