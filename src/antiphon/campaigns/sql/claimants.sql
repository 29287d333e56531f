-- The engagements of campaigns, and the enabled ones of other published campaigns that share an entry point with them or claim
-- one of those named, with what warnings need to know of each. Few rows: configuration of one account.
-- Index: engagement_entry_point_once (account_id, entry_point_id, engagement_id); campaign_by_state (account_id, state).
with own as (
    select engagement_entry_point.entry_point_id
    from engagement
    join engagement_entry_point
        on engagement_entry_point.account_id = engagement.account_id and engagement_entry_point.engagement_id = engagement.id
    where engagement.account_id = %(account_id)s::bigint and engagement.campaign_id = any(%(campaign_id)s::bigint[])
    union
    select unnest(%(entry_point_id)s::bigint[])
)
select
    campaign.id as campaign_id,
    campaign.name as campaign_name,
    campaign.state = 'published' as is_published,
    campaign.time_zone,
    campaign.starts_at,
    campaign.ends_at,
    engagement.id as engagement_id,
    engagement.number as engagement_number,
    engagement.name as engagement_name,
    engagement.enabled,
    btrim(engagement.note) <> '' as has_note,
    skill.name as skill_name,
    exists (
        select from membership_skill
        join membership on membership.id = membership_skill.membership_id
        where membership_skill.account_id = engagement.account_id and membership_skill.skill_id = skill.id and membership.is_active
    ) as skill_has_people,
    source.name as source_name,
    source.disconnected_at is null as source_is_connected,
    coalesce((
        select jsonb_agg(
            jsonb_build_object(
                'id', entry_point.id,
                'label', entry_point.value,
                'is_heard', exists (
                    select from broadcast
                    where broadcast.account_id = entry_point.account_id
                        and broadcast.source_id = entry_point.source_id
                        and entry_point.kind = 'campaign_id'
                        and broadcast.campaign_key = entry_point.key
                ),
                'holders', case when entry_point.kind = 'phone_number' then coalesce((
                    select jsonb_agg(holder.name order by holder.name)
                    from source as holder
                    where holder.account_id = entry_point.account_id
                        and holder.disconnected_at is null
                        and holder.numbers @> to_jsonb(entry_point.value)
                ), '[]') end
            )
            order by entry_point.id
        )
        from engagement_entry_point
        join entry_point on entry_point.account_id = engagement_entry_point.account_id and entry_point.id = engagement_entry_point.entry_point_id
        where engagement_entry_point.account_id = engagement.account_id and engagement_entry_point.engagement_id = engagement.id
    ), '[]')::text as entry_points
from engagement
join campaign on campaign.account_id = engagement.account_id and campaign.id = engagement.campaign_id
join skill on skill.account_id = engagement.account_id and skill.id = engagement.skill_id
join source on source.account_id = engagement.account_id and source.id = engagement.source_id
where engagement.account_id = %(account_id)s::bigint
    and engagement.removed_at is null
    and (
        campaign.id = any(%(campaign_id)s::bigint[])
        or (
            campaign.state = 'published'
            and engagement.enabled
            and exists (
                select from engagement_entry_point
                join own using (entry_point_id)
                where engagement_entry_point.account_id = engagement.account_id and engagement_entry_point.engagement_id = engagement.id
            )
        )
    )
order by engagement.number
