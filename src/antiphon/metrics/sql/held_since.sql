-- Since when an account holds all notices and conversations, where some are not kept any more. Index: retention_once.
select kind, kept_from from retention
where account_id = %(account_id)s::bigint and kind in ('notices', 'conversations') and kept_from is not null
order by kind
