-- Empty the text that lists show of an erased consumer's conversations. Index: conversation_by_consumer.
update conversation set last_text = '' where account_id = %(account)s::bigint and consumer_id = %(consumer)s::uuid
