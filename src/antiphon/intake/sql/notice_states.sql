-- Where these notices stand, before reports raise them. Index: the primary key.
select n.id, n.state, n.consumer_id, n.source_id, n.counted_campaign_id from notice n
where n.account_id = %(account)s::bigint and n.id = any (%(ids)s::uuid[])
