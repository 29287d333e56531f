-- The audit trail is append-only: nobody's role may change it. These two functions are what may be done to it, and nothing else.

-- Empty the reasons that people gave for links by hand, of the conversations of a consumer who is being erased.
create function erase_from_audit(account bigint, erased uuid) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update audit_entry a
    set detail = a.detail - 'reason'
    from conversation c
    where exists (select from erasure e where e.account_id = account and e.consumer_id = erased)
        and c.account_id = account and c.consumer_id = erased
        and a.account_id = account and a.action = 'conversation.linked' and a.subject = 'conversation:' || c.id and a.at >= c.started_at
$$;
revoke all on function erase_from_audit(bigint, uuid) from public;

-- Delete entries of before an instant, oldest first, some at a time, never of the last 30 days; return how many.
create function forget_audit(account bigint, before timestamptz, at_most integer) returns integer
    language sql security definer set search_path = public, pg_temp as $$
    with old as (
        select id from audit_entry
        where account_id = account and at < least(before, now() - interval '30 days')
        order by at
        limit at_most
    ),
    gone as (delete from audit_entry a using old where a.account_id = account and a.id = old.id returning 1)
    select count(*)::integer from gone
$$;
revoke all on function forget_audit(bigint, timestamptz, integer) from public;
