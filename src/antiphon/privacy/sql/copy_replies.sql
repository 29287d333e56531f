-- What a consumer wrote, oldest first. Index: reply_by_consumer, once for each source.
select r.id, r.conversation_id as conversation, r.replied_at, r.received_at, s.name as source, r.to_number, r.text, r.media, r.verdict
from source s
join reply r on r.account_id = s.account_id and r.source_id = s.id and r.consumer_id = %(consumer)s::uuid
where s.account_id = %(account)s::bigint
order by r.replied_at, r.id
