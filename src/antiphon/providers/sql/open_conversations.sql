-- How many conversations are open on a source. Index: conversation_open_once (account_id, source_id, consumer_id).
select count(*) as open_count from conversation
where account_id = %(account)s::bigint and source_id = %(source)s::bigint and state <> 'closed'
