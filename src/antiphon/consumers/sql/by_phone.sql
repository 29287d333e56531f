-- The consumers behind these phones. Index: consumer_phone_once (account_id, phone).
select id, phone from consumer where account_id = %(account)s::bigint and phone = any (%(phones)s::text[])
