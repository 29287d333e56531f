-- The decisions in force for these replies become history. Index: decision_in_force_once (account_id, reply_id).
update decision set superseded_at = %(at)s::timestamptz
where account_id = %(account)s::bigint and reply_id = any (%(reply_ids)s::uuid[]) and superseded_at is null
