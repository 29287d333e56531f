-- Sum counters over slots, a stretch of time in the account's zone, and the dimensions that are not asked for. Dimensions that are not
-- in `by` come as null; bands only for the metrics whose percentiles are asked for. Only `timed` metrics
-- come per hour, day, week, month or hour of the week. At most `most` rows.
-- Index: the primary key of counter, by account, metric and bucket.
select
    metric,
    case when timed.is_so and %(grain)s::text = 'hour' then date_trunc('hour', bucket, %(zone)s::text) end as hour,
    case when timed.is_so and %(grain)s::text in ('day', 'week', 'month') then date_trunc(%(grain)s::text, bucket at time zone %(zone)s::text)::date end as day,
    case when timed.is_so and %(grain)s::text = 'hour_of_week' then (
        (extract(isodow from bucket at time zone %(zone)s::text) - 1) * 24 + extract(hour from bucket at time zone %(zone)s::text)
    )::int end as hour_of_week,
    case when 'campaign_type' = any(%(by)s::text[]) then campaign_type end as campaign_type,
    case when 'campaign' = any(%(by)s::text[]) then campaign_id end as campaign,
    case when 'engagement' = any(%(by)s::text[]) then engagement_id end as engagement,
    case when 'entry_point' = any(%(by)s::text[]) then entry_point_id end as entry_point,
    case when 'source' = any(%(by)s::text[]) then source_id end as source,
    case when 'skill' = any(%(by)s::text[]) then skill_id end as skill,
    case when 'language' = any(%(by)s::text[]) then language end as language,
    case when 'verdict' = any(%(by)s::text[]) then verdict end as verdict,
    case when 'agent' = any(%(by)s::text[]) then agent_id end as agent,
    case when 'closed_by' = any(%(by)s::text[]) then closed_by end as closed_by,
    case when metric = any(%(banded)s::text[]) then band end as band,
    engagement_id <> 0 as is_linked,
    currency,
    sum(value)::bigint as value,
    coalesce(sum(total) filter (where metric = any(%(totalled)s::text[])), 0) as total
from counter_now
cross join lateral (select metric = any(%(timed)s::text[]) as is_so) as timed
where account_id = %(account_id)s::bigint
    and metric = any(%(metrics)s::text[])
    and bucket >= %(start)s::timestamptz and bucket < %(end)s::timestamptz
    and (%(only_campaign_type)s::text[] is null or campaign_type = any(%(only_campaign_type)s::text[]))
    and (%(only_campaign)s::bigint[] is null or campaign_id = any(%(only_campaign)s::bigint[]))
    and (%(only_engagement)s::bigint[] is null or engagement_id = any(%(only_engagement)s::bigint[]))
    and (%(only_entry_point)s::bigint[] is null or entry_point_id = any(%(only_entry_point)s::bigint[]))
    and (%(only_source)s::bigint[] is null or source_id = any(%(only_source)s::bigint[]))
    and (%(only_skill)s::bigint[] is null or skill_id = any(%(only_skill)s::bigint[]))
    and (%(only_language)s::text[] is null or language = any(%(only_language)s::text[]))
    and (%(only_verdict)s::text[] is null or verdict = any(%(only_verdict)s::text[]))
    and (%(only_agent)s::bigint[] is null or agent_id = any(%(only_agent)s::bigint[]))
    and (%(only_closed_by)s::text[] is null or closed_by = any(%(only_closed_by)s::text[]))
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17
limit %(most)s::bigint
