-- Every source with its secrets, across accounts, or those of some accounts; an expired notice token still proves what came
-- while it was valid, so it is here too. Runs as the jobs role. Index: the primary keys.
select
    s.account_id, s.id, s.app, s.product_token, s.numbers::text as numbers, s.campaign_grouping, s.home_region,
    s.stop_words::text as stop_words, s.look_back_days, s.notice_tolerance_minutes,
    s.disconnected_at is null as is_connected,
    coalesce((
        select json_agg(json_build_object('kind', secret.kind, 'value', secret.value, 'expires', extract(epoch from secret.expires_at)))
        from source_secret secret
        where secret.account_id = s.account_id and secret.source_id = s.id
    ), '[]')::text as secrets
from source s
where %(accounts)s::bigint[] is null or s.account_id = any (%(accounts)s::bigint[])
