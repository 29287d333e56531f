-- So many notices over the last 20 days, counted under the engagements in turn, without what else a real one leaves: for reports alone.
-- Index: none; only written.
with named as (
    select i, 1 + i %% %(engagements)s::int as engagement,
        now() - make_interval(secs => 20 * 86400.0 * (1 - i::float8 / %(total)s::int)) as at
    from generate_series(%(first)s::int, %(last)s::int) i
), made as (
    select *,
        (substr(uuid_floor(at)::text, 1, 15) || substr(md5(i::text), 1, 3) || '-8' || substr(md5(i::text), 4, 3) || '-'
            || substr(md5(i::text), 7, 12))::uuid as id
    from named
)
insert into notice (
    account_id, id, arrival_id, source_id, consumer_id, external_campaign, campaign_key, sender, sender_key, text, sent_at,
    sent_at_is_receipt, received_at, dedupe_key, reference, is_counted,
    counted_campaign_id, counted_engagement_id, counted_entry_point_id, counted_skill_id, counted_language
)
select %(account)s::bigint, made.id, made.id, %(source)s::bigint, made.id, 'B' || engagement, 'b' || engagement, %(number)s::text,
    %(number)s::text, 'Time for your check-up: brakes, tyres and fluids for 89 euro. Reply YES and we find a day.', at, true, at, 'x', '', true,
    claim.campaign_id, claim.engagement_id, claim.entry_point_id, claim.skill_id, claim.language
from made
join claim on claim.account_id = %(account)s::bigint and claim.kind = 'campaign_id' and claim.key = 'b' || engagement
