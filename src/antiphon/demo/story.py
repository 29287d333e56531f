"""Who is in the demo, and what was said in its ended campaign."""

from dataclasses import dataclass
from datetime import timedelta

ACCOUNT = "Noordgarage"
PASSWORD = "call-and-response"  # noqa: S105 - printed for everybody to see: a demo account holds nothing
NUMBER = "+319700004410"
SANDBOX_TOKEN = "sandbox-product-token"  # noqa: S105 - the sandbox's own
SANDBOX_CAMPAIGN = "482138"
SKILL = "Planning"
LIVE, ENDED, ENDED_CAMPAIGN = "Spring check-up", "Tyre swap", "471903"
LIVE_NOTE = "Book in Planner under SPRING26. The price of €89 is fixed, vans too. Offer two times, a courtesy car only on request."
ENDED_NOTE = "Book in Planner under SWAP. Storage is €45 a season."
LIVE_TEXT = (
    "Time for your spring check-up at Noordgarage: brakes, tyres, fluids and air-con for €89. Reply YES and we find a day. STOP to opt out."
)
ENDED_TEXT = "Noordgarage: time to swap your tyres. Reply with a day that suits you and we book it. STOP to opt out."


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who signs in."""

    name: str
    role: str
    has_skills: bool = False

    @property
    def email(self) -> str:
        """Return what they sign in with."""
        return f"{self.name.lower()}@noordgarage.example"


PEOPLE = (
    Person("Cam", "campaign_manager"),
    Person("Ada", "agent", has_skills=True),
    Person("Ben", "agent", has_skills=True),
    Person("Sol", "supervisor", has_skills=True),
    Person("Ana", "administrator"),
)


@dataclass(frozen=True, slots=True)
class Talk:
    """One consumer's part: when they wrote after the broadcast, what, who answered what after how long, and what came of it."""

    place: int
    after: timedelta
    says: str
    agent: str = ""
    answer: str = ""
    waited: timedelta = timedelta(minutes=6)
    thanks: str = ""
    is_booked: bool = False
    value: str = ""


RECIPIENTS = 40
UNDELIVERED = (7, 23)
LEFT = (5, 19)


def _after(*, days: int = 0, hours: int = 0, minutes: int = 0) -> timedelta:
    return timedelta(days=days, hours=hours, minutes=minutes)


TALKS = (
    Talk(
        0,
        _after(minutes=4),
        "Thursday morning?",
        "Ada",
        "Thursday 8:30 is yours. See you then.",
        thanks="Great, thanks",
        is_booked=True,
        value="69.00",
    ),
    Talk(
        1,
        _after(minutes=9),
        "Do you store the old ones too?",
        "Ada",
        "We do, €45 a season. Shall I book you in?",
        thanks="Yes, Friday",
        is_booked=True,
        value="114.00",
    ),
    Talk(2, _after(minutes=15), "Already done, thanks", "Ben", "Good to know, drive safely."),
    Talk(3, _after(minutes=31), "Saturday?", "Ben", "Saturday 10:15, all four?", thanks="Yes", is_booked=True, value="69.00"),
    Talk(4, _after(hours=1, minutes=2), "how much is it", "Ada", "€69 for four, balancing included.", waited=_after(minutes=21)),
    Talk(6, _after(hours=2), "Next week please", "Ada", "Tuesday 9:00?", thanks="Perfect", is_booked=True, value="69.00"),
    Talk(8, _after(hours=3, minutes=20), "Who is this?", "Ben", "Noordgarage, where your car had its service last year."),
    Talk(9, _after(hours=5), "Monday 8 am", "Ada", "Booked: Monday 8:00.", is_booked=True, value="69.00"),
    Talk(
        10,
        _after(hours=20),
        "Can I wait while you do it?",
        "Ben",
        "Yes, it takes 40 minutes and there is coffee.",
        waited=_after(minutes=48),
    ),
    Talk(11, _after(days=1, hours=1), "wednesday afternoon", "Ada", "Wednesday 14:00 it is.", is_booked=True, value="69.00"),
    Talk(12, _after(days=1, hours=4), "I sold the car"),
    Talk(13, _after(days=2, hours=2), "Is the 14th free?", "Sol", "The 14th at 11:00 is.", thanks="Book it", is_booked=True, value="69.00"),
    Talk(14, _after(days=4, hours=3), "Friday?", "Ben", "Friday 15:30?", thanks="ok"),
    Talk(15, _after(days=9, hours=2), "Still possible?", "Ada", "Yes, until the 20th. Any day you like?"),
    Talk(
        16,
        _after(days=13, hours=5),
        "Sorry for the late answer, can I still come?",
        "Ben",
        "The offer has ended, but we have room on Thursday.",
    ),
)
