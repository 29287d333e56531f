from antiphon.campaigns.models import CampaignVersion
from antiphon.kit.db import account
from tests.kit.world import World


def test_the_world_stands(world: World) -> None:
    world.north.campaign()
    with account(world.north.id):
        assert [v.state for v in CampaignVersion.objects.order_by("version")] == ["draft", "published"]
    with account(world.south.id):
        assert not CampaignVersion.objects.exists()
