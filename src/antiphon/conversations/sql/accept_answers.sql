-- Answers that the provider accepted: they count from the instant they were stored. Index: the primary key.
update answer set is_accepted = true, is_overdue = due_at is not null and created_at > due_at
where account_id = %(account)s::bigint and id = any (%(ids)s::uuid[])
