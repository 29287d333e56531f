-- One notice to each consumer over the last 20 days, with the keys and the arrival that a real one leaves.
-- Index: none; only written.
with sent as (
    select i, now() - make_interval(secs => 20 * 86400.0 * (1 - i::float8 / %(total)s::int)) as at, 1 + i %% %(engagements)s::int as engagement
    from generate_series(%(first)s::int, %(last)s::int) i
), named as (
    select *, (substr(uuid_floor(at)::text, 1, 15) || substr(md5(i::text), 1, 3) || '-8' || substr(md5(i::text), 4, 3) || '-' || substr(md5(i::text), 7, 12))::uuid as id,
        decode(md5('n' || i), 'hex') as key
    from sent
), notices as (
    insert into notice (
        account_id, id, arrival_id, source_id, consumer_id, external_campaign, campaign_key, sender, sender_key, text, sent_at,
        sent_at_is_receipt, received_at, dedupe_key, reference, is_counted,
        counted_campaign_id, counted_engagement_id, counted_entry_point_id, counted_skill_id, counted_language
    )
    select %(account)s::bigint, named.id, named.id, %(source)s::bigint,
        (lpad(to_hex(i), 12, '0') || '70008' || substr(md5(i::text), 1, 15))::uuid, 'B' || named.engagement, 'b' || named.engagement,
        %(number)s::text, %(number)s::text, 'Time for your check-up: brakes, tyres and fluids for 89 euro. Reply YES and we find a day.',
        named.at, true, named.at, named.key, '', true,
        claim.campaign_id, claim.engagement_id, claim.entry_point_id, claim.skill_id, claim.language
    from named
    join claim on claim.account_id = %(account)s::bigint and claim.kind = 'campaign_id' and claim.key = 'b' || named.engagement
)
insert into arrival_key (account_id, source_id, key, arrival_id, fact_id)
select %(account)s::bigint, %(source)s::bigint,
    decode(lpad(to_hex((floor(extract(epoch from named.at) / 43200)::bigint + w) * 720), 8, '0') || substr(md5(w || 'n' || i), 1, 24), 'hex'),
    named.id, named.id
from named cross join generate_series(0, 1) w
