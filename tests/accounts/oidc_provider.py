"""An OpenID Connect provider of the tests: it really answers over HTTP, and says of people what a test has it say."""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from time import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

CLIENT_ID, CLIENT_SECRET = "antiphon-tests", "secret-of-the-tests"


@dataclass
class Provider:
    """The provider: `person` is who sits at its page, `asked` the authorization requests that were answered."""

    url: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)

    def agree(self, location: str) -> str:
        """Say yes at the address that the site led to; return the query that the provider leads back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert (asked["client_id"], asked["response_type"]) == (CLIENT_ID, "code")
        code = secrets.token_hex(8)
        self.codes[code] = asked["code_challenge"]
        return f"code={code}&state={asked['state']}"

    def answer(self, path: str, posted: dict[str, str]) -> dict[str, Any] | None:
        """Return what one of its addresses answers, None for a refusal."""
        if path == "/.well-known/openid-configuration":
            parts = {"authorization_endpoint": "authorize", "token_endpoint": "token", "userinfo_endpoint": "userinfo", "jwks_uri": "keys"}
            return {"issuer": self.url, **{name: f"{self.url}/{part}" for name, part in parts.items()}}
        if path == "/userinfo":
            return self.person
        return self._token(posted) if path == "/token" else None

    def _token(self, posted: dict[str, str]) -> dict[str, Any] | None:
        challenge = self.codes.pop(posted.get("code", ""), "")
        proof = base64.urlsafe_b64encode(hashlib.sha256(posted.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if not challenge or proof != challenge or posted.get("client_secret") != CLIENT_SECRET:
            return None
        claims = {"iss": self.url, "aud": CLIENT_ID, "iat": int(time()), "exp": int(time()) + 60, **self.person}
        token = ".".join([_part({"alg": "HS256", "typ": "JWT"}), _part(claims), "c2lnbmVk"])
        return {"access_token": "an-access-token", "token_type": "Bearer", "expires_in": 60, "id_token": token}


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@contextmanager
def running() -> Iterator[Provider]:
    """Run the provider on a free port."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(provider.answer(self.path, {}))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            self._send(provider.answer(self.path, {name: values[0] for name, values in parse_qs(body).items()}))

        def _send(self, told: dict[str, Any] | None) -> None:
            body = json.dumps(told or {"error": "invalid_grant"}).encode()
            self.send_response(200 if told else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield provider
        server.shutdown()
        thread.join()
