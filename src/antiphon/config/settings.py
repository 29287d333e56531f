"""Django's settings, all from `env.py`; nothing else reads the environment."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from antiphon.config import databases as doors
from antiphon.config import oidc
from antiphon.config.env import current
from antiphon.config.secret import secret_key

ENVIRONMENT = current()
_PACKAGE = Path(__file__).resolve().parents[1]
_SITE = urlsplit(ENVIRONMENT.site_url)
_IS_SECURE = _SITE.scheme == "https"

SECRET_KEY = secret_key(ENVIRONMENT)
DEBUG = ENVIRONMENT.is_development
ALLOWED_HOSTS = [_SITE.hostname or "localhost", "localhost", "127.0.0.1", "[::1]", *ENVIRONMENT.allowed_hosts]
CSRF_TRUSTED_ORIGINS = [f"{_SITE.scheme}://{_SITE.netloc}"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "template_partials",
    "ninja",
    "antiphon.accounts",
    "antiphon.providers",
    "antiphon.campaigns",
    "antiphon.consumers",
    "antiphon.intake",
    "antiphon.attribution",
    "antiphon.conversations",
    "antiphon.routing",
    "antiphon.events",
    "antiphon.metrics",
    "antiphon.tasks",
    "antiphon.webhooks",
    "antiphon.search",
    "antiphon.privacy",
    "antiphon.workspace",
    "antiphon.api",
    "procrastinate.contrib.django",
]
AUTH_USER_MODEL = "accounts.User"

MIDDLEWARE = [
    "antiphon.config.requests.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "antiphon.config.csp.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "antiphon.config.urls"
ASGI_APPLICATION = "antiphon.config.asgi.application"
DATABASES = doors.databases(ENVIRONMENT)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_PACKAGE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip"}  # the others are the library's; all are counted in the database, so for every process
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache", "OPTIONS": {"MAX_ENTRIES": 10_000}}}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "antiphon.workspace.leaving.Adapter"
ACCOUNT_FORMS = {"login": "antiphon.workspace.signing_in.SignIn"}
SOCIALACCOUNT_ADAPTER = "antiphon.accounts.single_sign_on.SingleSignOn"
SOCIALACCOUNT_PROVIDERS = oidc.providers(ENVIRONMENT)
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True  # by verified addresses only: the adapter looks again
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form may not lead elsewhere by our content policy, and going there changes nothing here
ALLAUTH_TRUSTED_PROXY_COUNT = ENVIRONMENT.proxies
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "/accounts/login/"

EMAIL_HOST = ENVIRONMENT.smtp_host or ""
EMAIL_PORT = ENVIRONMENT.smtp_port
EMAIL_HOST_USER = ENVIRONMENT.smtp_user
EMAIL_HOST_PASSWORD = ENVIRONMENT.smtp_password
EMAIL_USE_TLS = ENVIRONMENT.smtp_security == "starttls"
EMAIL_USE_SSL = ENVIRONMENT.smtp_security == "tls"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = ENVIRONMENT.mail_from or f"antiphon@{_SITE.hostname or 'localhost'}"

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _IS_SECURE
SESSION_COOKIE_NAME = "__Host-session" if _IS_SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if _IS_SECURE else "csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31_536_000 if _IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _IS_SECURE
SECURE_SSL_REDIRECT = _IS_SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _IS_SECURE else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [folder for folder in [_PACKAGE / "static"] if folder.is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "antiphon.config.static.VersionedStorage"},
}

PROCRASTINATE_DATABASE_ALIAS = "default"
PROCRASTINATE_IMPORT_PATHS = ["antiphon.config.jobs", "antiphon.worker.jobs"]

LOGGING_CONFIG = None
