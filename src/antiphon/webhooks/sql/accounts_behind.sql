-- Accounts with active endpoints that have not got every event in their line. Crosses accounts. Index: event_position_pkey.
select distinct e.account_id from webhook_endpoint e
join event_position p on p.account_id = e.account_id
where e.state = 'active' and e.position < p.position
order by e.account_id
