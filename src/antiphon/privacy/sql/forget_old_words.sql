-- Empty the words of opt-outs of before an instant: the instruction stays for as long as it holds. Index: opt_out_by_consumer, by account.
update opt_out set text = ''
where account_id = %(account)s::bigint and at < %(before)s::timestamptz and text <> ''
