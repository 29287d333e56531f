from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from antiphon.demo import story, wiring
from antiphon.demo.setting import publish_live_campaign, set_the_scene
from antiphon.kit.db import account
from antiphon.providers.models import SourceSecret
from tests.kit.clock import START
from tests.sandbox.playing import running


@pytest.fixture(scope="module")
def sandbox_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("home")) as sandbox:
        yield str(sandbox.client.base_url)


@pytest.mark.django_db
def test_the_sandbox_is_told_where_the_source_is_heard(sandbox_url: str) -> None:
    setting = set_the_scene(at=START)
    with closing(wiring.reach(sandbox_url, tries=3)) as client:
        first, external_campaign = [wiring.wire(client, setting, site_url="http://localhost:8000") for _ in range(2)]
    assert first == external_campaign
    told = httpx.get(f"{sandbox_url}/sandbox/settings", trust_env=False).json()
    with account(setting.account.id):
        secrets = {secret.kind: secret.value for secret in SourceSecret.objects.filter(source=setting.source)}
    assert told["webhooks"]["reply"] == f"http://localhost:8000/hooks/{secrets['webhook_key']}/reply"
    assert (told["notice_token"], told["product_token"]) == (secrets["notice_token"], setting.source.product_token)
    campaigns = httpx.get(f"{sandbox_url}/sandbox/campaigns", trust_env=False).json()["items"]
    assert [campaign["id"] for campaign in campaigns if campaign["name"] == story.LIVE] == [external_campaign]
    with account(setting.account.id):
        live = publish_live_campaign(setting, external_campaign, at=START)
        (engagement,) = live.engagements.all()
        assert [entry_point.value for entry_point in engagement.entry_points.all()] == [external_campaign]


def test_no_sandbox_is_said_so() -> None:
    with pytest.raises(wiring.NoSandboxError):
        wiring.reach("http://127.0.0.1:1", tries=2)


@pytest.mark.django_db
def test_the_scene_is_set_once() -> None:
    first, again = set_the_scene(at=START), set_the_scene(at=START)
    assert (first.account, first.source, first.people) == (again.account, again.source, again.people)
