-- Delete test texts of before an instant; few. Index: test_text_by_source, by account.
delete from test_text where account_id = %(account)s::bigint and created_at < %(before)s::timestamptz
