-- Put quarantined arrivals before the line again: the ones named, or all. Index: arrival_quarantined (account_id, id).
update arrival set state = 'pending', attempts = 0, retry_at = null
where account_id = %(account)s::bigint and state = 'quarantined'
    and (%(id)s::uuid[] is null or id = any (%(id)s::uuid[]))
returning id
