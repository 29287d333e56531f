-- Empty the words of an erased consumer's opt-outs; the instruction stays. Index: opt_out_by_consumer.
update opt_out set text = '' where account_id = %(account)s::bigint and consumer_id = %(consumer)s::uuid
