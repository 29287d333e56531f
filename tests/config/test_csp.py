"""Every page forbids what it does not need, and gives each answer a nonce of its own."""

from django.http import HttpRequest, HttpResponse

from antiphon.config.csp import ContentSecurityPolicy


def test_the_nonce_of_the_page_is_the_one_in_the_header() -> None:
    page = ContentSecurityPolicy(lambda request: HttpResponse(request.csp_nonce))  # type: ignore[attr-defined]
    first, second = page(HttpRequest()), page(HttpRequest())
    for answer in (first, second):
        assert f"'nonce-{answer.content.decode()}'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert first.content != second.content


def test_a_page_may_bring_a_policy_of_its_own() -> None:
    page = ContentSecurityPolicy(lambda _: HttpResponse(headers={"Content-Security-Policy": "default-src 'none'"}))
    assert page(HttpRequest()).headers["Content-Security-Policy"] == "default-src 'none'"
