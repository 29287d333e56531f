-- Name the accounts whose index has events to read. Crosses accounts: for the role of the jobs.
-- Index: the primary keys of event_position and search_position.
select e.account_id
from event_position e
left join search_position s on s.account_id = e.account_id
where e.position > coalesce(s.position, 0)
order by e.account_id
