"""Numbers that people looked for stand in their sessions for a while, not in addresses: an erased one goes from there too."""

import re

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from antiphon.privacy.spelling import spellings

KEPT = "sought"
"""The name that searches are kept under."""


def forget_searches(phone: str) -> int:
    """Forget searches for a number, in every session; return how many sessions had any."""
    pattern, changed = re.compile(spellings(phone)), 0
    for stored in Session.objects.iterator():
        held = SessionStore().decode(stored.session_data)
        kept = held.get(KEPT, {})
        left = {name: asked for name, asked in kept.items() if not any(pattern.search(str(word)) for word in asked.values())}
        if len(left) < len(kept):
            Session.objects.filter(pk=stored.pk).update(session_data=SessionStore().encode(held | {KEPT: left}))
            changed += 1
    return changed
