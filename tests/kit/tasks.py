"""Long work that is over, with a file."""

from antiphon.tasks import verbs
from antiphon.tasks.files import made as made_folder
from antiphon.tasks.work import take_up
from tests.kit.world import Tenant


def finished(tenant: Tenant, kind: str = "late_mapping", **arguments: object) -> int:
    """Have long work done, with a file for a result; of the kind that every role with `tasks.read` may see."""
    begun = verbs.begin(tenant.id, kind, arguments=arguments, actor="system", at=tenant.clock())
    work = take_up(tenant.id, begun.pk, at=tenant.clock())
    assert work
    (made_folder(tenant.id, begun.pk) / "counted.csv").write_text("counted\n1\n")
    assert work.finish({"mapped": 1, "rows": 1, "file": "counted.csv", "size": 10})
    return int(begun.pk)
