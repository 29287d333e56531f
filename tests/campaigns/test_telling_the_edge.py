import psycopg
import pytest
from django.db import connections

from antiphon.providers import verbs
from tests.kit.world import ACTOR, World


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_every_change_of_a_source_is_told_when_it_is_committed(world: World) -> None:
    north = world.north
    connections["default"].ensure_connection()
    parameters = connections["default"].get_connection_params()
    wanted = {name: parameters[name] for name in ("dbname", "user", "host", "port") if parameters.get(name)}
    with psycopg.connect(**wanted, autocommit=True) as listener:
        listener.execute("listen antiphon_config")
        verbs.pause(north.id, north.source.id, actor=ACTOR, at=north.clock())
        verbs.rotate(north.id, north.source.id, "webhook_key", actor=ACTOR, at=north.clock())
        verbs.ignore_campaign(north.id, north.source.id, "C9", actor=ACTOR, at=north.clock())
        verbs.disconnect(north.id, north.source.id, actor=ACTOR, at=north.clock())
        heard = [notify.payload for notify in listener.notifies(timeout=2, stop_after=4)]
    assert heard == [str(north.id)] * 4
