-- What a source sets for attribution, and the external campaigns that are ignored on it since before an instant.
-- Indexes: primary key of source, ignored_campaign_once.
select
    s.id, s.name, s.look_back_days, s.notice_tolerance_minutes, s.home_region, coalesce(s.numbers ->> 0, '') as first_number,
    array(
        select i.campaign_key from ignored_campaign i
        where i.account_id = s.account_id and i.source_id = s.id and i.ignored_at <= %(as_of)s::timestamptz
    ) as ignored
from source s
where s.account_id = %(account_id)s::bigint and s.id = %(source_id)s::bigint
