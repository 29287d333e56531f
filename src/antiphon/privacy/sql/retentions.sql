-- For how many days every account keeps what it chose something for. Crosses accounts: for the role of the jobs.
-- Index: none, accounts are few beside facts.
select a.id as account_id, coalesce(r.kind, '') as kind, r.days
from account a
left join retention r on r.account_id = a.id
order by a.id
