-- Delete kept responses of before an instant. Index: idempotency_key_once, by account.
delete from idempotent_response where account_id = %(account)s::bigint and created_at < %(before)s::timestamptz
