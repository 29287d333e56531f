-- Delete kept responses of POSTs that hold a number, or are about its consumer; they are kept for a day. Index: idempotency_key_once.
delete from idempotent_response
where account_id = %(account)s::bigint
    and (body ~ %(pattern)s::text or position(%(consumer)s::uuid::text in body) > 0 or exists (
        select from conversation c
        where c.account_id = %(account)s::bigint and c.consumer_id = %(consumer)s::uuid and position(c.id::text in body) > 0
    ))
