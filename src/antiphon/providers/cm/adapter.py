"""The CM adapter: parses CM's webhooks, builds and reads calls to its send API, and does no I/O."""

from antiphon.providers import pasting, stop_words
from antiphon.providers.cm import hooks, sending
from antiphon.providers.protocol import (
    Acknowledgement,
    Capabilities,
    Hook,
    HttpCall,
    Malformed,
    OutgoingText,
    Parsed,
    SendResult,
    SourceSettings,
)
from antiphon.providers.reading import read

BASE_URL = "https://gw.messaging.cm.com"


class Cm:
    """CM.com. Replies, reports and opt-outs are proven by the secret in their URL, notices also by the token in their body."""

    app = "cm"
    title = "CM"
    default_base_url = BASE_URL
    default_stop_words = stop_words.DEFAULT
    campaign_places: tuple[str, ...] = hooks.GROUPINGS
    acknowledgement = Acknowledgement(status=200)
    capabilities = Capabilities(
        broadcast=True,
        two_way=True,
        delivery_reports=True,
        opt_out_feed=True,
        notice_reports_carry_reference=False,
        texts_per_call=sending.TEXTS_PER_CALL,
    )

    def read_places(self, body: bytes) -> list[tuple[str, ...]]:
        """Return the three groupings of each notice of a webhook, as CM sent them."""
        try:
            return hooks.read_groupings(read(body))
        except Malformed:
            return []

    def parse(self, hook: Hook, *, source: SourceSettings) -> list[Parsed]:
        """Verify and parse one webhook. Raises Forbidden, Malformed."""
        return hooks.parse(hook.kind, read(hook.body), source=source)

    def send(self, texts: list[OutgoingText], *, source: SourceSettings, base_url: str) -> HttpCall:
        """Build the request that sends these texts."""
        return sending.build(texts, source=source, base_url=base_url)

    def read_send(self, status: int, body: bytes, *, texts: list[OutgoingText]) -> list[SendResult]:
        """Read CM's answer: one result per text, in their order. Raises Malformed when it cannot be told."""
        return sending.read_answer(status, body, texts=texts)

    def confirm(self, *, source: SourceSettings, base_url: str) -> HttpCall | None:
        """Build a call with no message in it: CM checks the product token before it complains of the empty batch."""
        return sending.build([], source=source, base_url=base_url)

    def read_confirm(self, status: int, body: bytes) -> bool | None:
        """Read the answer to `confirm`: whether the token holds, None when the answer does not tell."""
        return sending.read_proof(status, body)

    def campaign_id_in(self, pasted: str) -> str:
        """Return the ID in the address of a campaign's page: CM's tool and the sandbox both end the path with it, or with `edit`."""
        return pasting.campaign_id_in(pasted)
