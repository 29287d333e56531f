"""A lane is shared fairly: counted in batches and rows, in a time of its own; a tenant far above its share hardly slows another."""

import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from statistics import mean

import pytest

from antiphon.edge.turns import AT_MOST, BESIDE, Turns

BATCH_SECONDS, ROW_SECONDS = 0.002, 0.00014  # what a batch and a reply take on a lane (bench/README.md, 2026-11-22)
QUIET, NOISY = 1, 2


@dataclass
class Lane:
    """A lane in a time of its own: webhooks come when they are due, a batch takes as long as it has rows."""

    coming: list[tuple[float, int]]
    at: float = 0.0
    waits: dict[int, list[float]] = field(default_factory=dict)
    sizes: list[tuple[int, int]] = field(default_factory=list)

    def run(self) -> "Lane":
        turns: Turns[tuple[float, int]] = Turns(now=lambda: self.at)
        due = deque(sorted(self.coming))
        while due or turns:
            if not turns:
                self.at = max(self.at, due[0][0])
            while due and due[0][0] <= self.at:
                turns.put(due[0][1], due.popleft())
            batch = turns.take()
            self.at += BATCH_SECONDS + ROW_SECONDS * len(batch)
            self.sizes.append((batch[0][1], len(batch)))
            for came, account_id in batch:
                self.waits.setdefault(account_id, []).append(self.at - came)
        return self


def every(seconds: float, account_id: int, *, until: float, size: int = 1, since: float = 0.0) -> Iterator[tuple[float, int]]:
    """Give webhooks of an account at a steady pace, `size` at a time."""
    for number in count():
        if (at := since + number * seconds) >= until:
            return
        yield from [(at, account_id)] * size


def test_alone_an_account_has_the_whole_lane() -> None:
    turns: Turns[int] = Turns(now=lambda: 0.0)
    for number in range(1200):
        turns.put(NOISY, number)
    assert [len(turns.take()) for _ in range(3)] == [AT_MOST, AT_MOST, 200]
    assert not turns


def test_batches_keep_the_order_of_an_account() -> None:
    turns: Turns[tuple[int, int]] = Turns(now=lambda: 0.0)
    for number in range(700):
        turns.put(QUIET if number % 7 == 0 else NOISY, (number, number % 7))
    taken = list(iter(lambda: turns.take() if turns else [], []))
    assert all(len({kind == 0 for _, kind in batch}) == 1 for batch in taken)
    for is_quiet in (True, False):
        own = [number for batch in taken for number, kind in batch if (kind == 0) is is_quiet]
        assert (own, len(own) > 90) == (sorted(own), True)


def test_who_was_served_least_lately_comes_first_and_the_noisy_one_in_short_batches() -> None:
    turns: Turns[int] = Turns(now=lambda: 0.0)
    turns.put(QUIET, QUIET)
    assert turns.take() == [QUIET]
    for _ in range(5000):
        turns.put(NOISY, NOISY)
    assert turns.take() == [NOISY] * AT_MOST  # nothing of it was served lately
    for _ in range(3):
        turns.put(QUIET, QUIET)
        assert turns.take() == [QUIET]  # before the 4,500 that wait for longer
        assert turns.take() == [NOISY] * BESIDE


def test_the_noisy_one_has_the_lane_again_when_the_others_are_gone() -> None:
    at = [0.0]
    turns: Turns[int] = Turns(now=lambda: at[0])
    turns.put(QUIET, QUIET)
    for _ in range(5000):
        turns.put(NOISY, NOISY)
    sizes = []
    for _ in range(6):
        sizes.append(len(turns.take()))
        at[0] += 0.6
    assert (sizes[:3], sizes[-1]) == ([1, AT_MOST, BESIDE], AT_MOST)


def test_equals_share_alike() -> None:
    lane = Lane([*[(0.0, QUIET)] * 5000, *[(0.0, NOISY)] * 5000]).run()
    assert [account_id for account_id, _ in lane.sizes[:6]] in ([QUIET, NOISY] * 3, [NOISY, QUIET] * 3)
    assert {size for _, size in lane.sizes} == {AT_MOST}


@pytest.mark.parametrize("size", [100, 200, 500])
def test_twenty_times_its_share_does_not_slow_another_beyond_half_as_much_again(size: int) -> None:
    """The quiet one sends its share in bursts; the noisy one sends twenty times as much, more than the lane can take."""
    share = 350.0  # a second: a twentieth of what the lane takes
    alone = Lane([*every(size / share, QUIET, until=20, size=size)]).run()
    noise = [*every(0.01, NOISY, until=20, size=int(20 * share * 0.01))]
    beside = Lane([*every(size / share, QUIET, until=20, size=size, since=0.005), *noise]).run()
    ratio = mean(beside.waits[QUIET]) / mean(alone.waits[QUIET])
    told = (1000 * mean(alone.waits[QUIET]), 1000 * mean(beside.waits[QUIET]), ratio, mean(beside.waits[NOISY]))
    sys.stdout.write("bursts of {}: alone {:.1f} ms, beside the noisy one {:.1f} ms ({:.2f}); noisy {:.2f} s\n".format(size, *told))
    assert ratio <= 1.5
    assert len(beside.waits[QUIET]) == len(alone.waits[QUIET])


def test_a_single_webhook_waits_for_one_short_batch_at_most() -> None:
    """However long the noisy one's line is: 50,000 wait, and every single one of the quiet tenant's is next."""
    noise = [(0.0, NOISY)] * 50_000
    lane = Lane([*noise, *every(0.02, QUIET, until=5)]).run()
    longest = max(lane.waits[QUIET][5:])
    one_of_each = BATCH_SECONDS + ROW_SECONDS * BESIDE + BATCH_SECONDS + ROW_SECONDS * 2
    sys.stdout.write(f"single webhooks: at most {1000 * longest:.1f} ms\n")
    assert longest <= one_of_each + 1e-9
