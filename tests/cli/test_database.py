"""A command comes to a usable database, or says why not."""

import pytest

from antiphon.cli.database import refuse_old
from antiphon.embedded.errors import UnusableError


def test_sixteen_is_new_enough_and_fifteen_is_not() -> None:
    refuse_old(160_000)
    with pytest.raises(UnusableError, match=r"PostgreSQL 15\.18: Antiphon needs 16 or newer"):
        refuse_old(150_018)
