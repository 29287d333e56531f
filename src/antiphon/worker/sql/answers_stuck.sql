-- Answers that were stored a while ago and have not been sent. Crosses accounts. Index: answer_dispatching.
select account_id, id from answer
where state = 'dispatching' and created_at < %(before)s::timestamptz
order by account_id, created_at
limit 1000
