"""Tables of the index that conversations are found by."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from antiphon.kit.tables import Fact


class SearchEntry(Fact):
    """What one conversation is found by; its id is the conversation's.

    `words` holds the words of everything that was said, and beside them marks that no word can be: the account, what the conversation
    is linked to, its state, and the number's digits three by three. So one index answers any mix of them.
    """

    started_at = models.DateTimeField()
    words = SearchVectorField()

    class Meta:
        db_table = "search_entry"
        indexes = [
            models.Index(fields=["account", "started_at", "id"], name="search_entry_by_start"),
            GinIndex(fields=["words"], name="search_entry_words", fastupdate=False),
        ]


class SearchPosition(models.Model):
    """The last event of an account that the index knows of."""

    account = models.OneToOneField("accounts.Account", models.CASCADE, primary_key=True, related_name="+")
    position = models.BigIntegerField(default=0)

    class Meta:
        db_table = "search_position"
