"""Which columns hold what of consumers, and what becomes of it when one is erased: every column that can hold words is told here.

A test compares this with the database: a new column has to say what it is before it can be stored.
"""

from typing import Final

PERSONAL: Final[dict[str, str]] = {
    "answer.text": "emptied",
    "answer.detail": "emptied: the provider's own words",
    "arrival.body": "emptied, of every arrival that brought something of theirs or holds the number in any spelling",
    "arrival.headers": "emptied with the body",
    "arrival.query": "emptied with the body",
    "audit_entry.detail": "the reason of a link by hand is taken out; numbers are not in it",
    "broadcast.text": "becomes the text that somebody else was sent, if it was the consumer's",
    "consumer.name": "emptied",
    "consumer.phone": "becomes a word, made of the consumer's id",
    "conversation.last_text": "emptied",
    "conversation_step.detail": "emptied: the reason of a link by hand",
    "delivery_report.detail": "emptied: the provider's own words",
    "erasure.number": "kept until everything was looked through, then emptied",
    "event.content": "the reason of a link by hand is taken out; numbers and texts are not in it",
    "idempotent_response.body": "the response is deleted, if it holds the number or is about them",
    "notice.text": "emptied",
    "opt_out.text": "emptied; the opt-out stays",
    "reply.media": "emptied",
    "reply.text": "emptied",
    "search_entry.words": "made again, without their words and number",
    "task.error": "emptied, if it holds the number",
    "task.result": "emptied, if it holds the number; files of before are deleted",
    "test_text.detail": "emptied",
    "test_text.text": "emptied",
    "test_text.to_number": "becomes the word",
    "webhook_attempt.answer": "emptied, if what a receiver said holds the number",
    "django_session.session_data": "a search for the number is taken out",
}
"""What may be a consumer's number, words or name."""

KEPT: Final[dict[str, str]] = {
    "arrival_key.key": "a fingerprint, for 40 days: a copy is known by it",
    "conversation.opening_dedupe_key": "a fingerprint: who was first",
    "conversion.own_id": "the account's own name of what was reached",
    "delivery_report.dedupe_key": "a fingerprint",
    "delivery_report.reference": "the provider's name of a text",
    "erasure.mark": "a keyed hash of the number, of no use without the site's secret key",
    "notice.dedupe_key": "a fingerprint",
    "notice.reference": "the provider's name of a text",
    "opt_out.dedupe_key": "a fingerprint",
    "opt_out.reference": "the provider's name of a text",
    "reply.dedupe_key": "a fingerprint: who was first",
    "reply.reference": "the provider's name of a text",
    "answer.reference": "our name of a text",
    "test_text.reference": "our name of a text",
}
"""What is about a consumer and stays: it names nobody by itself."""

OURS: Final[dict[str, str]] = {
    "answer": "from_number reason state",
    "arrival": "kind reason state",
    "audit_entry": "action actor subject",
    "broadcast": "campaign_key external_campaign sender",
    "conversation": "closed_by goal_kind language last_to_number note outcome state turn verdict",
    "conversation_step": "actor kind",
    "conversion": "currency kind",
    "decision": "entry_point_kind found verdict",
    "delivery_report": "reason state",
    "event": "subject type",
    "idempotent_response": "fingerprint idempotency_key",
    "notice": "campaign_key counted_language external_campaign reason sender sender_key state",
    "opt_out": "campaign_key counted_language how number scope to_key",
    "reply": "broadcast_key campaign_key counted_language external_campaign to_key to_number verdict",
    "retention": "kind",
    "task": "actor arguments kind state subject",
    "test_text": "actor from_number reason state",
    "webhook_attempt": "error",
    "webhook_delivery": "error state subject type",
    "django_session": "session_key",
}
"""Columns of facts that hold the account's own numbers, ids, states and closed words."""

_CONFIGURATION = """
    account allowance cache account_emailaddress account_emailconfirmation api_key app_grant auth_group auth_permission campaign
    campaign_version canned_answer counter counter_move django_content_type django_migrations engagement engagement_version
    entry_point ignored_campaign invitation membership mfa_authenticator person presence procrastinate_events procrastinate_jobs
    procrastinate_periodic_defers saved_report skill socialaccount_socialaccount socialaccount_socialapp socialaccount_socialtoken
    source source_heard source_secret webhook_endpoint webhook_secret
"""
CONFIGURATION: Final = frozenset(_CONFIGURATION.split())
"""Tables of settings, of the account's own people, of jobs (whose arguments are ids) and of counters: no column is a consumer's."""
