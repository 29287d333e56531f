"""Mail that the product sends: invitations. The link is made here, so that no table or queue ever holds it."""

from smtplib import SMTPException
from typing import Any

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from antiphon.accounts.invitations import NewLink, fresh_link
from antiphon.accounts.models import Account
from antiphon.config.env import current
from antiphon.kit.db import account
from antiphon.kit.problems import Conflict
from antiphon.tasks.work import Work


def send_invitation(work: Work) -> dict[str, Any]:
    """Send an invitation by e-mail; the links sent before stop working. Raises Conflict when the mail server does not take it."""
    with account(work.account_id):
        made = fresh_link(work.account_id, int(work.arguments["invitation_id"]), at=work.at)
        message = _message(made)
    try:
        message.send()
    except (SMTPException, OSError) as error:
        raise Conflict("mail_refused", "The mail server did not take it ({kind}).", kind=type(error).__name__) from None
    return {"sent": 1}


def _message(made: NewLink) -> EmailMessage:
    invitation = made.invitation
    shown = {
        "name": invitation.name,
        "account": Account.objects.get(id=invitation.account_id).name,
        "link": f"{current().site_url}{reverse('invitation', args=[made.secret])}",
        "expires_at": invitation.expires_at,
    }
    subject = " ".join(render_to_string("mail/invitation_subject.txt", shown).split())
    return EmailMessage(subject, render_to_string("mail/invitation.txt", shown), to=[invitation.email])
