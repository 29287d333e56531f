-- Which of these numbers were erased: the latest erasure of each, what its consumer is called since, who has the number now, and
-- whether anything is stored of that one.
-- Indexes: erasure_by_mark (account_id, mark), consumer_phone_once, conversation_by_consumer, opt_out_by_consumer, notice_eligible.
select distinct on (who.phone) who.phone, e.at as erased_at, gone.phone as stand_in, present.id as consumer_id,
    not exists (select from conversation c where c.account_id = %(account)s::bigint and c.consumer_id = present.id)
    and not exists (select from opt_out o where o.account_id = %(account)s::bigint and o.consumer_id = present.id)
    and not exists (
        select from source s
        join notice n on n.account_id = s.account_id and n.source_id = s.id and n.consumer_id = present.id
        where s.account_id = %(account)s::bigint
    ) as is_bare
from unnest(%(phone)s::text[], %(mark)s::bytea[]) as who (phone, mark)
join erasure e on e.account_id = %(account)s::bigint and e.mark = who.mark
join consumer gone on gone.account_id = e.account_id and gone.id = e.consumer_id
left join consumer present on present.account_id = %(account)s::bigint and present.phone = who.phone
order by who.phone, e.at desc
