"""Forms of people about themselves."""

from django import forms
from django.http import QueryDict

from antiphon.accounts.models import Membership


class ChoiceForm(forms.Form):
    """Which of a person's accounts to work in."""

    def __init__(self, posted: QueryDict, *, user_id: int) -> None:
        """Offer the person's own active memberships only."""
        super().__init__(posted)
        own = Membership.objects.filter(user_id=user_id, is_active=True)
        self.fields["membership"] = forms.ModelChoiceField(own)
