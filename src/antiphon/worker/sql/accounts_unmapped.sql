-- Accounts with facts that nothing was counted under, and an engagement that could claim them. Crosses accounts.
-- Index: notice_unmapped and reply_unmapped, by account.
select account.id as account_id
from account
where exists (select from claim c where c.account_id = account.id and c.enabled and c.state in ('published', 'paused'))
    and (
        exists (select from notice n where n.account_id = account.id and n.is_counted and n.counted_engagement_id is null)
        or exists (
            select from reply r
            where r.account_id = account.id and r.counted_engagement_id is null and r.notice_id is null and r.campaign_key <> ''
        )
    )
order by account.id
