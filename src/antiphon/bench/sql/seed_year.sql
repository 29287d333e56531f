-- The counters of a year with so many broadcasts (1,000) of 100,000 texts each in 100 campaigns, 4 % of which are replied to: sent within three
-- hours, replied to within a day, answered by 20 agents. Index: none; only written.
with broadcast as (
    select b, date_bin('15 minutes', %(until)s::timestamptz - make_interval(secs => b * 31536.0), timestamptz '2000-01-01 00:00:00+00') as at
    from generate_series(1, %(broadcasts)s::int) b
),
kept as (
    select b, at, q, metric, '' as verdict, 0 as agent, 0 as band, value, 0::numeric as total
    from broadcast cross join generate_series(0, 11) q
    cross join (values ('sent', 8334), ('delivered', 8084), ('failed', 250)) as m (metric, value)
    union all
    select b, at, q, metric, verdict, 0, 0, value, 0
    from broadcast cross join generate_series(0, 95) q
    cross join (
        values ('replies', 'linked_by_campaign_id', 38), ('replies', 'out_of_frame', 4), ('conversations_started', 'linked_by_campaign_id', 36),
            ('conversations_started', 'out_of_frame', 4)
    ) as m (metric, verdict, value)
    union all
    select b, at, q, 'time_to_reply', 'linked_by_campaign_id', 0, 80 + q / 4 + band, 4, 4 * 1.05 ^ (80 + q / 4 + band)
    from broadcast cross join generate_series(0, 95) q cross join generate_series(0, 9) band
    union all
    select b, at, q, metric, 'linked_by_campaign_id', 1 + (b + q) %% 20, case when is_banded then 100 + q %% 60 else 0 end, value,
        case when is_banded then value * 1.05 ^ (100 + q %% 60) else 0 end
    from broadcast cross join generate_series(0, 95) q
    cross join (
        values ('handled', 34, false), ('time_to_first_answer', 34, true), ('time_in_queue', 34, true), ('duration', 30, true),
            ('answers', 60, false), ('response_time', 60, true), ('conversations_closed', 30, false), ('goals', 12, false)
    ) as m (metric, value, is_banded)
)
insert into counter (
    account_id, metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id,
    closed_by, band, currency, value, total
)
select %(account)s::bigint, metric, at + q * interval '15 minutes', 'outbound', 1 + b %% 100, b, b, 1, 1 + b %% 5,
    case when b %% 2 = 0 then 'nl' else 'en' end, verdict, agent, case when metric in ('duration', 'conversations_closed') then 'agent' else '' end, band,
    '', value, round(total, 6)
from kept
on conflict do nothing
