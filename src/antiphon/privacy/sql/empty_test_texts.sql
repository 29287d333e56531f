-- Empty test texts to an erased consumer's number; few, and of one account. Index: test_text_by_source.
update test_text set to_number = %(stand_in)s::text, text = '', detail = ''
where account_id = %(account)s::bigint and to_number = %(phone)s::text
