-- Claim a test text for its one call to the provider; none when it was claimed before. Index: the primary key.
update test_text set attempted_at = %(at)s::timestamptz
where account_id = %(account)s::bigint and id = %(id)s::bigint and attempted_at is null
returning source_id, to_number, from_number, text, reference
