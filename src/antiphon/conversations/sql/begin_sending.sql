-- Claim an answer for sending, once: an earlier claim means that a call may have left. Index: the primary key.
update answer set attempted_at = %(at)s::timestamptz
where account_id = %(account)s::bigint and id = %(id)s::uuid and state = 'dispatching' and attempted_at is null
returning from_number, text, reference, source_id, consumer_id,
    (select phone from consumer where consumer.account_id = answer.account_id and consumer.id = answer.consumer_id) as phone
