-- Empty what receivers of webhooks said, of a page of attempts, where it holds a number in any spelling.
-- Index: the primary key.
with page as materialized (
    select id, answer from webhook_attempt
    where account_id = %(account)s::bigint and id > %(after)s::uuid
    order by id
    limit %(limit)s::int
),
emptied as (
    update webhook_attempt w set answer = ''
    from page
    where w.account_id = %(account)s::bigint and w.id = page.id and page.answer ~ %(pattern)s::text
    returning 1
)
select (select id from page order by id desc limit 1) as last, (select count(*) from page) as looked, (select count(*) from emptied) as emptied
