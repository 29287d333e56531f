-- Decisions of an account that were learned of in a stretch of time, in that order: an id begins with the time.
-- Index: the primary key of decision, of the months it falls in.
select
    id, reply_id, decided_at, superseded_at, notice_id, found, verdict, campaign_id, engagement_id, engagement_version,
    entry_point_id, entry_point_kind, rule_version
from decision
where account_id = %(account)s::bigint and id >= uuid_floor(%(start)s::timestamptz) and id < uuid_floor(%(end)s::timestamptz)
order by id
