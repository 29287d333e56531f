-- Let a word stand in the place of an erased consumer's number. Index: the primary key.
update consumer set phone = %(stand_in)s::text, name = '', erased_at = %(at)s::timestamptz
where account_id = %(account)s::bigint and id = %(consumer)s::uuid
