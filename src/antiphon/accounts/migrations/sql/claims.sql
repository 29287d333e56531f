-- What claims a reply or a notice: every entry point with each engagement that has it and the campaign behind it.
create view claim with (security_invoker = true) as
select
    entry_point.account_id,
    entry_point.source_id,
    entry_point.kind,
    entry_point.key,
    entry_point.id as entry_point_id,
    engagement.id as engagement_id,
    engagement.number as engagement_number,
    engagement.version as engagement_version,
    engagement.enabled,
    engagement.skill_id,
    engagement.language,
    engagement.note,
    campaign.id as campaign_id,
    campaign.type as campaign_type,
    campaign.state,
    campaign.starts_at,
    coalesce(campaign.ends_at, 'infinity'::timestamptz) as ends_at,
    campaign.goal_kind
from entry_point
join engagement_entry_point using (account_id)
join engagement on engagement.account_id = entry_point.account_id and engagement.id = engagement_entry_point.engagement_id
join campaign on campaign.account_id = entry_point.account_id and campaign.id = engagement.campaign_id
where engagement_entry_point.entry_point_id = entry_point.id and engagement.source_id = entry_point.source_id;
