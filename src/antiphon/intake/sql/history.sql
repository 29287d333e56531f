-- Who is behind these phones, and what is already known of them: any replies on that source, any opt-outs; and what most accounts
-- have none of: consumers who were erased, external campaigns that are ignored, reports that wait. And, in rows without a phone, what conversations take from their surroundings: the response target of every
-- skill (no source), and what those without an engagement take from their source.
-- Indexes: skill_name_once, the primary key of source, consumer_phone_once (account_id, phone), reply_by_consumer (account_id, source_id, consumer_id, …),
-- opt_out_by_consumer (account_id, consumer_id, …). Each `order by` is what only that index gives without a sort: on a young
-- database, where every index looks as good, the planner took one that only names the account (144 microseconds a reply instead of 4).
select
    who.source_id, who.phone, consumers.id as consumer_id,
    replies.found is not null as has_replies, opt_outs.found is not null as has_opt_outs,
    (select exists (select from erasure e where e.account_id = %(account)s::bigint)) as are_some_erased,
    (select exists (select from ignored_campaign i where i.account_id = %(account)s::bigint)) as are_some_ignored,
    (
        select exists (select from delivery_report d where d.account_id = %(account)s::bigint and d.is_waiting)
    ) as are_reports_waiting,
    null::bigint as skill_id, 0 as target_seconds, '' as language
from (
    select
        unnest(%(source_id)s::bigint[]) as source_id, unnest(%(phone)s::text[]) as phone
) as who
cross join lateral (
    select c.id from consumer c where c.account_id = %(account)s::bigint and c.phone = who.phone offset 0
) consumers
left join lateral (
    select true as found from reply r
    where r.account_id = %(account)s::bigint and r.source_id = who.source_id and r.consumer_id = consumers.id
    order by r.replied_at
    limit 1
) replies on true
left join lateral (
    select true as found from opt_out o
    where o.account_id = %(account)s::bigint and o.consumer_id = consumers.id
    order by o.at
    limit 1
) opt_outs on true
union all
select null, null, null, false, false, false, false, false, id, response_target_seconds, '' from skill where account_id = %(account)s::bigint
union all
select id, null, null, false, false, false, false, false, default_skill_id, 0, default_language
from source where account_id = %(account)s::bigint and id = any (%(source_id)s::bigint[])
