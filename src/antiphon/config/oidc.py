"""The OpenID Connect provider of the settings, as allauth reads it."""

from typing import Any

from antiphon.config.env import Environment

PROVIDER_ID = "sso"


def providers(environment: Environment) -> dict[str, Any]:
    """Return the provider, if the settings name one."""
    if not environment.oidc_issuer:
        return {}
    app = {
        "provider_id": PROVIDER_ID,
        "name": environment.oidc_name,
        "client_id": environment.oidc_client_id,
        "secret": environment.oidc_client_secret,
        "settings": {"server_url": environment.oidc_issuer.rstrip("/")},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
