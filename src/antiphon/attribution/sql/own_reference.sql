-- Whether a reference names one of our own answers. Index: answer_reference_once.
select exists (
    select from answer a where a.account_id = %(account_id)s::bigint and a.reference = %(reference)s::text and a.reference <> ''
) as is_ours
