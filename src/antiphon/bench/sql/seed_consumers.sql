-- So many consumers, whose numbers tell their place.
-- Index: none; only written.
insert into consumer (account_id, id, phone, created_at)
select %(account)s::bigint, (lpad(to_hex(i), 12, '0') || '70008' || substr(md5(i::text), 1, 15))::uuid, '+316' || lpad(i::text, 8, '0'), now()
from generate_series(%(first)s::int, %(last)s::int) i
