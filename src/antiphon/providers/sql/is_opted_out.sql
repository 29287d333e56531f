-- Whether an opt-out is in force for a number, on this source or for the account, to a sender or to all.
-- Index: consumer_once (account_id, phone), opt_out_by_consumer (account_id, consumer_id, at).
select coalesce((
    select o.is_out
    from consumer who
    join opt_out o on o.account_id = who.account_id and o.consumer_id = who.id
    where who.account_id = %(account)s::bigint and who.phone = %(phone)s::text
        and (
            o.scope = 'account'
            or o.source_id = %(source)s::bigint and (o.scope = 'source' or o.number in ('', %(sender)s::text))
        )
    order by o.at desc, o.dedupe_key desc
    limit 1
), false) as is_out
