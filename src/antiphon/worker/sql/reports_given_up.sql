-- Delivery reports that nothing came for in a week wait no more; they are kept. Crosses accounts. Index: report_waiting.
update delivery_report set is_waiting = false where is_waiting and received_at < %(before)s::timestamptz
