-- The consumer behind a phone number, if the account knows one. Index: consumer_phone_once.
select c.id from consumer c where c.account_id = %(account_id)s::bigint and c.phone = %(phone)s::text
