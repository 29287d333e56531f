-- Look through a page of arrivals for a number in any spelling, and empty those that hold it; pending ones are emptied as they are taken.
-- Index: the primary key.
with page as materialized (
    select id, state, body, query, headers from arrival
    where account_id = %(account)s::bigint and id > %(after)s::uuid
    order by id
    limit %(limit)s::int
),
emptied as (
    update arrival a set headers = '', query = '', body = ''::bytea
    from page
    where a.account_id = %(account)s::bigint and a.id = page.id and page.state <> 'pending'
        and regexp_replace(encode(page.body, 'escape'), '\\[0-9]{3}', ' ', 'g') || ' ' || page.query || ' ' || page.headers
            ~ %(pattern)s::text
    returning 1
)
select (select id from page order by id desc limit 1) as last, (select count(*) from page) as looked, (select count(*) from emptied) as emptied
