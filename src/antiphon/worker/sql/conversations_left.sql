-- Open conversations whose consumer has been leaving for long enough. Crosses accounts. Index: conversation_leaving.
select account_id, id from conversation
where leaving_at is not null and state <> 'closed' and leaving_at <= %(before)s::timestamptz
order by account_id, leaving_at
limit 1000
