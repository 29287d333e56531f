"""CM's numbers in our words. What CM adds later falls to the general reason, and is shown as CM wrote it."""

from antiphon.providers.protocol import DeliveryState, Reason

DELIVERY_STATES = {
    "0": DeliveryState.QUEUED,
    "1": DeliveryState.FAILED,
    "2": DeliveryState.DELIVERED,
    "3": DeliveryState.FAILED,
    "4": DeliveryState.READ,
}

# Why a message was not delivered, by the error code of its status report. Neither 23 nor 37 is a consumer's own opt-out.
DELIVERY_REASONS = {
    "5": Reason.UNDELIVERED,
    "7": Reason.NO_CREDIT,
    "8": Reason.EXPIRED,
    "20": Reason.UNDELIVERED,
    "21": Reason.NO_CREDIT,
    "22": Reason.NO_CREDIT,
    "23": Reason.INVALID_NUMBER,
    "24": Reason.UNREACHABLE,
    "25": Reason.UNREACHABLE,
    "26": Reason.UNREACHABLE,
    "27": Reason.UNDELIVERED,
    "28": Reason.CONTENT_REFUSED,
    "29": Reason.CONTENT_REFUSED,
    "30": Reason.NO_CREDIT,
    "31": Reason.BLOCKED,
    "33": Reason.BLOCKED,
    "34": Reason.BLOCKED,
    "35": Reason.BLOCKED,
    "36": Reason.BLOCKED,
    "37": Reason.BLOCKED,
}

# Why a message was refused when it was offered, by the error code of the send API.
REFUSALS = {
    101: Reason.NOT_AUTHORISED,
    102: Reason.NO_CREDIT,
    103: Reason.NOT_AUTHORISED,
    201: Reason.UNDELIVERED,
    202: Reason.MALFORMED,
    203: Reason.MALFORMED,
    301: Reason.INVALID_SENDER,
    302: Reason.INVALID_NUMBER,
    303: Reason.INVALID_NUMBER,
    304: Reason.CONTENT_REFUSED,
    305: Reason.MALFORMED,
    401: Reason.CONTENT_REFUSED,
    402: Reason.OPTED_OUT,
    403: Reason.BLOCKED,
    500: Reason.PROVIDER_UNAVAILABLE,
    999: Reason.UNDELIVERED,
}

# Refusals without a readable body, by HTTP status. 408 and 5xx are absent: there the message may have been taken.
HTTP_REFUSALS = {401: Reason.NOT_AUTHORISED, 402: Reason.NO_CREDIT, 403: Reason.NOT_AUTHORISED, 429: Reason.RATE_LIMITED}
MAY_BE_TRIED_AGAIN = frozenset({Reason.PROVIDER_UNAVAILABLE, Reason.RATE_LIMITED})
AUTHORISATION_CODES = frozenset({101, 103})
