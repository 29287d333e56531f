-- Empty the reasons that people gave for links by hand, in the audit trail, which nobody else may change.
-- Index: conversation_by_consumer; audit_by_time from the first of these conversations on.
select erase_from_audit(%(account)s::bigint, %(consumer)s::uuid)
