-- Open conversations that are the consumer's turn and where nobody has written for their skill's auto-close. Crosses accounts.
-- Index: conversation_idle (account_id, last_at) where turn = 'consumer' and not closed.
select c.account_id, c.id
from skill
join conversation c on c.account_id = skill.account_id and c.skill_id = skill.id
where c.turn = 'consumer' and c.state <> 'closed'
    and c.last_at <= %(at)s::timestamptz - make_interval(secs => skill.auto_close_seconds)
order by c.account_id, c.last_at
limit 1000
