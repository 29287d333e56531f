-- How many campaigns of an account there are in each phase, and which may still need attention: everything but archived and over.
-- Index: campaign_by_state (account_id, state).
select
    case
        when p.state <> 'published' then p.state
        when p.starts_at > %(at)s::timestamptz then 'scheduled'
        when p.ends_at <= %(at)s::timestamptz then 'ended'
        else 'live'
    end as phase,
    count(*) as count,
    (array_agg(p.id order by p.id desc))[1:500] as ids
from campaign p
where p.account_id = %(account)s::bigint
group by 1
