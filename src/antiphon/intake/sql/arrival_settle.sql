-- Where an arrival stands after another try. Index: the primary key.
update arrival
set state = %(state)s::text, reason = %(reason)s::text, attempts = %(attempts)s::smallint, retry_at = %(retry_at)s::timestamptz
where account_id = %(account)s::bigint and id = %(id)s::uuid
