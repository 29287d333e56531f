-- The campaigns of an account with how many engagements they have. Index: campaign_by_state (account_id, state).
select p.id, p.name, p.goal_kind, p.time_zone, p.starts_on, p.ends_on, p.starts_at, p.ends_at, p.state, p.version,
    (select count(*) from engagement g where g.account_id = p.account_id and g.campaign_id = p.id) as engagements
from campaign p
where p.account_id = %(account)s::bigint
order by p.starts_at desc, p.id desc
limit 500
