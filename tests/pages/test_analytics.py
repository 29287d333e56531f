"""The Analytics Builder over HTTP."""

import pytest

from tests.kit.world import Tenant
from tests.pages.conftest import Visitor
from tests.pages.story import Story

pytestmark = pytest.mark.django_db


def test_it_answers(visitor: Visitor, story: Story) -> None:
    for query in ("", "?metric=sent&metric=response_rate&by=campaign&by=time&grain=hour", "?metric=replies&picture=heat", "?picture=funnel", "?metric=sent&by=&picture=bars", "?metric=time_to_reply&by=verdict&picture=bars", "?metric=sent&narrow=campaign", "?metric=replies&narrow=verdict&verdict=none"):
        response = visitor("Lyn").get(f"/analytics/{query}")
        assert response.status_code == 200, query
    for path in ("reports/", "metrics/", "file?metric=sent&format=csv"):
        assert visitor("Lyn").get(f"/analytics/{path}").status_code == 200
