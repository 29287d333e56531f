"""The id of the request that a page answers, for pages that say that something went wrong."""

from django import template

from antiphon.kit import requests

register = template.Library()


@register.simple_tag
def request_id() -> str:
    """Return the id, '' outside of a request."""
    return requests.current()
