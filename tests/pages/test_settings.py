"""The settings pages: what each role may do, what is refused beside its field, what others changed, what is shown once."""

import re
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from antiphon.accounts import canned, invitations, people, verbs
from antiphon.accounts.models import Account, ApiKey, CannedAnswer, Invitation, Membership, Skill, User
from antiphon.accounts.people import person_values
from antiphon.accounts.verbs import skill_values
from antiphon.conversations.models import Conversation
from antiphon.kit.db import account
from antiphon.tasks.models import Task
from antiphon.worker.tasks import run
from tests.kit.caller import Caller
from tests.kit.world import CLEO, Tenant
from tests.pages.conftest import Visitor
from tests.pages.story import Story

PASSWORD = "tall ships at dawn"


def html(response: Any, status: int = 200) -> str:
    assert response.status_code == status, (response.status_code, response.content[:1500])
    return str(response.content.decode())


def hidden(page: str, name: str = "version") -> str:
    found = re.search(rf'name="{name}"\s+value="([^"]*)"', page)
    assert found, name
    return found[1]


def field_of(page: str, name: str) -> str:
    """Return the markup from one control to the end of its field."""
    found = re.search(rf'<(?:input|select|textarea)[^>]*name="{name}".*?</(?:div|fieldset)>', page, re.DOTALL)
    assert found, name
    return found[0]


def path(north: Tenant, who: str) -> str:
    return f"/settings/people/{north.people[who].pk}/"


def typed(north: Tenant, who: str, **other: Any) -> dict[str, Any]:
    with account(north.id):
        values = person_values(Membership.objects.get(pk=north.people[who].pk))
    return values | other


def test_the_settings_page_leads_only_where_a_role_may_go(visitor: Visitor) -> None:
    administrator, manager = html(visitor("Ana").get("/settings/")), html(visitor("Cam").get("/settings/"))
    for place in ("people", "skills", "canned-answers", "account", "api-keys", "audit"):
        assert f'class="way" href="/settings/{place}/"' in re.sub(r"\s+", " ", administrator)
    assert "/settings/skills/" in manager
    assert "/settings/people/" not in manager
    assert visitor("Ada").get("/settings/").status_code == 403


def test_changing_a_person(north: Tenant, visitor: Visitor) -> None:
    ana = visitor("Ana")
    page = html(ana.get(path(north, "Ada")))
    sent = typed(north, "Ada", capacity="3", role="supervisor", version=hidden(page))
    assert ana.post(path(north, "Ada"), sent).status_code == 303
    assert "Ada is saved" in html(ana.get("/settings/people/"))
    north.people["Ada"].refresh_from_db()
    assert (north.people["Ada"].capacity, north.people["Ada"].role) == (3, "supervisor")


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(north: Tenant, visitor: Visitor) -> None:
    ana = visitor("Ana")
    page = html(ana.get(path(north, "Ada")))
    refused = html(ana.post(path(north, "Ada"), typed(north, "Ada", name="Ada Lovelace", capacity="900", version=hidden(page))), 422)
    assert 'aria-invalid="true"' in field_of(refused, "capacity")
    assert "from 1 to 100" in field_of(refused, "capacity")
    assert 'value="Ada Lovelace"' in refused
    assert 'value="900"' in field_of(refused, "capacity")
    north.people["Ada"].refresh_from_db()
    assert north.people["Ada"].name == "Ada"


def test_a_save_that_somebody_overtook_shows_the_other_change_and_saves_the_second_time(north: Tenant, visitor: Visitor) -> None:
    ana = visitor("Ana")
    page = html(ana.get(path(north, "Ada")))
    people.edit_person(
        north.id, north.people["Ada"].pk, {"role": "analyst"}, actor=f"membership:{north.people['Sol'].pk}", at=north.clock()
    )
    sent = typed(north, "Ada", role="supervisor", version=hidden(page))
    refused = html(ana.post(path(north, "Ada"), sent), 412)
    assert "Changed meanwhile by Sol" in refused
    assert "Role: Analyst" in refused
    assert ana.post(path(north, "Ada"), sent | {"version": hidden(refused)}).status_code == 303
    north.people["Ada"].refresh_from_db()
    assert north.people["Ada"].role == "supervisor"


def test_the_last_administrator_is_told_why(north: Tenant, visitor: Visitor) -> None:
    ana = visitor("Ana")
    page = html(ana.get(path(north, "Ana")))
    refused = html(ana.post(path(north, "Ana"), typed(north, "Ana", role="agent", version=hidden(page))), 409)
    assert "only administrator" in refused
    assert "You cannot shut yourself out" in page
    assert ana.post(f"{path(north, 'Ana')}access?to=out").status_code == 422
    north.people["Ana"].refresh_from_db()
    assert (north.people["Ana"].role, north.people["Ana"].is_active) == ("administrator", True)


def test_shutting_out_gives_conversations_back_and_can_be_undone(story: Story, north: Tenant, visitor: Visitor) -> None:
    ana, ada = visitor("Ana"), visitor("Ada")
    talk = story.conversation_of(CLEO)
    assert ada.post(f"/conversations/{talk}/assignment").status_code == 303
    assert "1 open conversation goes back to the queue" in html(ana.get(path(north, "Ada")))
    assert ana.post(f"{path(north, 'Ada')}access?to=out").status_code == 303
    assert ada.get("/").status_code == 302
    with account(north.id):
        kept = Conversation.objects.get(account_id=north.id, id=talk)
    assert (kept.state, kept.agent_id) == ("queued", None)
    listed = html(ana.get("/settings/people/"))
    undo = re.search(r'action="([^"]*access\?to=in)"', listed)
    assert undo
    assert "Shut out" in listed
    assert ana.post(undo[1]).status_code == 303
    north.people["Ada"].refresh_from_db()
    assert north.people["Ada"].is_active


def invite(client: Client, north: Tenant, **other: Any) -> Any:
    sent = {"email": "fay@north.example", "name": "Fay", "role": "agent", "skills": [north.skills["care"].pk]}
    return client.post("/settings/people/invite/", sent | other)


def test_a_link_that_is_shown_once_lets_somebody_in(north: Tenant, visitor: Visitor, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    ana = visitor("Ana")
    shown = re.search(r'value="http[^"]*(/accounts/invitations/[0-9a-f]{48}/)"', html(invite(ana, north)))
    assert shown
    assert "Fay" in html(ana.get("/settings/people/"))
    assert shown[1] not in html(ana.get("/settings/people/"))
    fay = Client()
    assert "Join North" in html(fay.get(shown[1]))
    refused = html(fay.post(shown[1], {"name": "Fay F.", "password": "short"}), 422)
    assert 'aria-invalid="true"' in field_of(refused, "password")
    assert "short" not in field_of(refused, "password").partition("<p")[0]
    assert 'value="Fay F."' in refused
    assert fay.post(shown[1], {"name": "Fay F.", "password": PASSWORD}).status_code == 302
    assert "Fay F." in html(fay.get("/"))
    assert "Used already" in html(Client().get(shown[1]), 410)
    assert "No such invitation" in html(Client().get("/accounts/invitations/wrong/"), 410)


def test_expired_and_revoked_links_say_so(north: Tenant, visitor: Visitor) -> None:
    link = invitations.invite(north.id, email="fay@north.example", name="Fay", role="agent", actor="x", at=north.clock())
    north.clock.forward(days=7)
    assert "Expired" in html(Client().get(f"/accounts/invitations/{link.secret}/"), 410)
    ana = visitor("Ana")
    assert "Expired" in html(ana.get("/settings/people/"))
    assert ana.post(f"/settings/invitations/{link.invitation.pk}/revocation").status_code == 303
    assert "Revoked" in html(Client().get(f"/accounts/invitations/{link.secret}/"), 410)
    assert html(Client().post(f"/accounts/invitations/{link.secret}/", {"name": "Fay", "password": PASSWORD}), 410)
    assert not User.objects.filter(email="fay@north.example").exists()


def test_who_signs_in_elsewhere_already_joins_by_signing_in(north: Tenant, south: Tenant, visitor: Visitor) -> None:
    zed = south.people["Zed"]
    link = invitations.invite(north.id, email=zed.user.email, name="Zed", role="agent", actor="x", at=north.clock())
    address = f"/accounts/invitations/{link.secret}/"
    assert "Sign in with it to join" in html(Client().get(address))
    assert html(Client().post(address, {"name": "Zed", "password": PASSWORD}), 409)
    assert "Sign out" in html(visitor("Ada").get(address))
    client = visitor("Zed")
    assert "Password" not in html(client.get(address))
    assert client.post(address, {"name": "Zed in North"}).status_code == 302
    assert ">North<" in html(client.get("/"))


def test_with_a_mail_server_the_link_goes_by_mail_and_is_never_shown(north: Tenant, visitor: Visitor, settings: Any) -> None:
    settings.EMAIL_HOST = "mail.north.example"
    ana = visitor("Ana")
    assert invite(ana, north).status_code == 303
    invitation = Invitation.objects.get(email="fay@north.example")
    assert not re.search(r"invitations/[0-9a-f]{48}", html(ana.get("/settings/people/")))
    with account(north.id):
        task = Task.objects.get(account_id=north.id, kind="invitation")
        assert str(task.arguments) == str({"invitation_id": invitation.pk})
    run(north.id, task.pk, tries=1, most=3)
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["fay@north.example"], "Your invitation to North")
    link = re.search(r"/accounts/invitations/[0-9a-f]{48}/", str(message.body))
    assert link
    assert "Join North" in html(Client().get(link[0]))
    assert ana.post(f"/settings/invitations/{invitation.pk}/renewal").status_code == 303
    assert "No such invitation" in html(Client().get(link[0]), 410)


def test_a_mail_server_that_refuses_is_told_on_the_page(north: Tenant, visitor: Visitor, settings: Any) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    ana = visitor("Ana")
    invite(ana, north)
    with account(north.id):
        task = Task.objects.get(account_id=north.id, kind="invitation")
    run(north.id, task.pk, tries=1, most=3)
    page = html(ana.get("/settings/people/"))
    assert "Not sent" in page
    assert "The mail server did not take it" in page
    by_hand = html(ana.post(f"/settings/invitations/{task.arguments['invitation_id']}/renewal", {"by": "hand"}))
    assert re.search(r"/accounts/invitations/[0-9a-f]{48}/", by_hand)


def skill_form(north: Tenant, name: str, **other: Any) -> dict[str, Any]:
    with account(north.id):
        values = skill_values(Skill.objects.get(pk=north.skills[name].pk))
    return {"name": values["name"], "response_target_seconds": "15", "auto_close_seconds": "72", "return_seconds": ""} | other


def test_times_of_a_skill_are_typed_in_minutes_and_hours(north: Tenant, visitor: Visitor) -> None:
    ana, address = visitor("Ana"), f"/settings/skills/{north.skills['care'].pk}/"
    page = html(ana.get(address))
    assert 'value="15"' in field_of(page, "response_target_seconds")
    sent = skill_form(north, "care", response_target_seconds="1,5", auto_close_seconds="", return_seconds="30", version=hidden(page))
    assert ana.post(address, sent | {"people": [north.people["Ada"].pk]}).status_code == 303
    with account(north.id):
        assert skill_values(Skill.objects.get(pk=north.skills["care"].pk)) == {
            "name": "care",
            "response_target_seconds": 90,
            "auto_close_seconds": None,
            "return_seconds": 1800,
        }
        assert person_values(north.people["Ben"])["skills"] == []
    assert 'value="1.5"' in field_of(html(ana.get(address)), "response_target_seconds")


@pytest.mark.parametrize("minutes", ["", "0", "soon", "NaN", "1e9", "-5"])
def test_times_that_are_none(north: Tenant, visitor: Visitor, minutes: str) -> None:
    ana, address = visitor("Ana"), f"/settings/skills/{north.skills['care'].pk}/"
    refused = html(ana.post(address, skill_form(north, "care", response_target_seconds=minutes)), 422)
    assert 'aria-invalid="true"' in field_of(refused, "response_target_seconds")
    assert f'value="{minutes}"' in field_of(refused, "response_target_seconds")


def test_a_skill_in_use_says_by_what(story: Story, north: Tenant, visitor: Visitor) -> None:
    story.conversation_of(CLEO)  # there is one, open
    ana = visitor("Ana")
    for name, status in (("care", 409), ("sales", 303)):
        assert ana.post(f"/settings/skills/{north.skills[name].pk}/removal").status_code == status
    page = html(ana.get(f"/settings/skills/{north.skills['care'].pk}/"))
    assert "1 open conversation" in page
    assert ana.get(f"/settings/skills/{north.skills['sales'].pk}/").status_code == 404


def test_canned_answers(north: Tenant, visitor: Visitor) -> None:
    sol = visitor("Sol")
    assert "No canned answer yet" in html(sol.get("/settings/canned-answers/"))
    sent = {"shortcut": "hours", "name": "Opening hours", "text": "We are open from 9 to 17.", "skill_id": "", "language": ""}
    assert sol.post("/settings/canned-answers/new/", sent).status_code == 303
    assert "25 characters, 1 segment" in html(sol.get("/settings/canned-answers/"))
    refused = html(sol.post("/settings/canned-answers/new/", sent | {"text": "Another"}), 409)
    assert 'aria-invalid="true"' in field_of(refused, "shortcut")
    assert "Another</textarea>" in refused
    with account(north.id):
        made = CannedAnswer.objects.get(account_id=north.id)
    assert sol.post(f"/settings/canned-answers/{made.pk}/removal").status_code == 303
    assert visitor("Cam").post("/settings/canned-answers/new/", sent).status_code == 403


def test_an_api_key_is_shown_once_and_works_until_it_is_revoked(north: Tenant, visitor: Visitor) -> None:
    ana = visitor("Ana")
    assert html(ana.post("/settings/api-keys/new/", {"name": "", "role": "analyst", "life": "30"}), 422)
    page = html(ana.post("/settings/api-keys/new/", {"name": "Reports", "role": "supervisor", "life": "30"}))
    secret = re.search(r'value="(ant_[0-9a-f]{48})"', page)
    assert secret
    listed = html(ana.get("/settings/api-keys/"))
    assert secret[1] not in listed
    assert "Reports" in listed
    caller = Caller(secret[1])
    caller.get("skills")
    key = ApiKey.objects.get(name="Reports")
    assert key.expires_at is not None
    assert (key.expires_at - north.clock()).days == 30
    assert ana.post(f"/settings/api-keys/{key.pk}/revocation").status_code == 303
    caller.get("skills", status=401)
    assert "Revoked" in html(ana.get("/settings/api-keys/"))


def test_the_account(north: Tenant, visitor: Visitor) -> None:
    ana = visitor("Ana")
    page = html(ana.get("/settings/account/"))
    sent = {"name": "North BV", "time_zone": "Europe/Paris", "home_region": "NL", "conversion_window_days": "14", "version": hidden(page)}
    sent |= {"is_automatic": "manual", "other_languages": "pt-br"}
    assert ana.post("/settings/account/", sent | {"languages": ["nl"]}).status_code == 303
    stored = Account.objects.get(pk=north.id)
    assert (stored.name, stored.is_automatic, stored.languages) == ("North BV", False, ["nl", "pt-br"])
    refused = html(ana.post("/settings/account/", sent | {"name": "Mine"}), 412)
    assert "Languages: Dutch" in refused
    assert 'value="Mine"' in refused


@pytest.mark.parametrize("address", ["/settings/people/", "/settings/skills/", "/settings/audit/"])
def test_lists_ask_the_database_as_often_for_many_as_for_few(north: Tenant, visitor: Visitor, address: str) -> None:
    ana = visitor("Ana")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            html(ana.get(address))
        return len(queries)

    few = asked()
    for number in range(12):
        north.person(f"Pat{number}", skills=("care",))
        verbs.create_skill(north.id, name=f"skill {number}", actor="command", at=north.clock())
    assert asked() == few


@pytest.mark.parametrize("address", ["people", "skills", "canned-answers", "api-keys", "audit"])
def test_nothing_of_another_account_is_listed(north: Tenant, south: Tenant, visitor: Visitor, address: str) -> None:
    at = south.clock()
    verbs.create_skill(south.id, name="southern skill", actor="command", at=at)
    canned.add_canned_answer(south.id, {"shortcut": "south", "name": "southern text", "text": "x"}, actor="command", at=at)
    verbs.create_api_key(south.id, role="agent", name="southern key", actor="command", at=at)
    invitations.invite(south.id, email="yes@south.example", name="southern guest", role="agent", actor="command", at=at)
    page = html(visitor("Ana").get(f"/settings/{address}/"))
    assert "southern" not in page
    assert "Zed" not in page
    assert north.id


def test_the_styleguide_is_for_development_only(settings: Any, rf: Any) -> None:
    from django.http import Http404  # noqa: PLC0415 - only this test

    from antiphon.workspace.styleguide import styleguide  # noqa: PLC0415 - as above

    settings.DEBUG = False
    with pytest.raises(Http404):
        styleguide(rf.get("/styleguide/"))
    settings.DEBUG = True
    page = html(styleguide(rf.get("/styleguide/")))
    for component in ("Buttons", "Fields", "Webhook rows", "Answering Spring check-up", "Not delivered", "Nobody has broadcast to 482204"):
        assert component in page
    for composer in ("Send", "CM could not be reached", "they wrote STOP", "Ben has this conversation", "A new reply starts a new"):
        assert composer in page.partition("<h2>Composer</h2>")[2].partition("<h2>Webhook rows</h2>")[0]
