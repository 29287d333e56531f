"""A caller of the API, with one key."""

import json
from typing import Any

from django.test import Client


class Caller:
    """Calls `/api/v1` with a key; answers are checked for the status that is expected and given as read JSON."""

    def __init__(self, key: str) -> None:
        self.client = Client(headers={"authorization": f"Bearer {key}"})

    def raw(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        content_type = headers.pop("content_type", "application/json")
        text = body if isinstance(body, str | bytes) else "" if body is None else json.dumps(body, default=str)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(method, f"/api/v1/{path}", text, content_type=content_type, headers=named)

    def call(self, method: str, path: str, body: Any = None, *, status: int = 200, **headers: str) -> Any:
        response = self.raw(method, path, body, **headers)
        assert response.status_code == status, (response.status_code, response.content[:2000])
        if status >= 400:
            assert response.headers["Content-Type"] == "application/problem+json"
        return json.loads(response.content) if response.content else None

    def get(self, path: str, *, status: int = 200, **headers: str) -> Any:
        return self.call("GET", path, status=status, **headers)

    def post(self, path: str, body: Any = None, *, status: int = 201, **headers: str) -> Any:
        return self.call("POST", path, body, status=status, **headers)

    def put(self, path: str, body: Any = None, *, status: int = 200, **headers: str) -> Any:
        return self.call("PUT", path, body, status=status, **headers)

    def patch(self, path: str, body: Any = None, *, status: int = 200, **headers: str) -> Any:
        return self.call("PATCH", path, body, status=status, **headers)

    def delete(self, path: str, *, status: int = 200, **headers: str) -> Any:
        return self.call("DELETE", path, status=status, **headers)
