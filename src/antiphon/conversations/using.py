"""What still needs a skill: configuration, and the conversations that are in it now."""

from antiphon.campaigns.store import uses_of_skill
from antiphon.conversations.models import Conversation


def needs_skill(account_id: int, skill_id: int) -> list[str]:
    """Return what would be without its skill, in words: sources, engagements, open conversations."""
    waiting = Conversation.objects.filter(account_id=account_id, skill_id=skill_id).exclude(state="closed").count()
    words = "1 open conversation" if waiting == 1 else f"{waiting} open conversations"
    return [*uses_of_skill(account_id, skill_id), *([words] if waiting else [])]
