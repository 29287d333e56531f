-- The engagements of published campaigns that a source carries. Index: engagement_source_id, the primary keys.
select engagement.number, engagement.name, campaign.name as campaign, campaign.id as campaign_id
from engagement
join campaign on campaign.account_id = engagement.account_id and campaign.id = engagement.campaign_id
where engagement.account_id = %(account)s::bigint and engagement.source_id = %(source)s::bigint and engagement.removed_at is null
    and engagement.enabled and campaign.state = 'published'
order by engagement.number
