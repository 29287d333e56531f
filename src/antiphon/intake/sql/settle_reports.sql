-- Waiting reports that found what they report on. Index: the primary key.
update delivery_report r set answer_id = m.answer_id, notice_id = m.notice_id, is_waiting = false
from unnest(%(id)s::uuid[], %(answer_id)s::uuid[], %(notice_id)s::uuid[]) as m (id, answer_id, notice_id)
where r.account_id = %(account)s::bigint and r.id = m.id
