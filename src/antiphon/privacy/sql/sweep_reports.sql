-- Empty what the provider said about texts to an erased consumer, of a page of delivery reports.
-- Index: the primary key.
with page as materialized (
    select id, consumer_id, detail from delivery_report
    where account_id = %(account)s::bigint and id > %(after)s::uuid
    order by id
    limit %(limit)s::int
),
emptied as (
    update delivery_report d set detail = ''
    from page
    where d.account_id = %(account)s::bigint and d.id = page.id and page.detail <> ''
        and (page.consumer_id = %(consumer)s::uuid or page.detail ~ %(pattern)s::text)
    returning 1
)
select (select id from page order by id desc limit 1) as last, (select count(*) from page) as looked, (select count(*) from emptied) as emptied
