"""Signing in and out, the second factor, the choice of account. There is no signing up: people are added to accounts."""

from allauth.account import views as sign_in
from allauth.mfa.base import urls as factor_urls
from allauth.mfa.recovery_codes import urls as recovery_urls
from allauth.mfa.totp import urls as totp_urls
from allauth.socialaccount import views as single_sign_on
from django.urls import include, path

from antiphon.accounts import views

urlpatterns = [
    path("accounts/login/", sign_in.login, name="account_login"),
    path("accounts/logout/", sign_in.logout, name="account_logout"),
    path("accounts/inactive/", sign_in.account_inactive, name="account_inactive"),
    path("accounts/password/", sign_in.password_change, name="account_change_password"),
    path("accounts/password/first/", sign_in.password_set, name="account_set_password"),
    path("accounts/cancelled/", single_sign_on.login_cancelled, name="socialaccount_login_cancelled"),
    path("accounts/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("accounts/reauthenticate/", sign_in.reauthenticate, name="account_reauthenticate"),
    path("accounts/you/", views.you, name="you"),
    path("accounts/you/account", views.choice, name="choice"),
    path("accounts/you/sessions", views.sessions, name="sessions"),
    path("accounts/you/theme", views.theme, name="theme"),
    path("accounts/second-factor/", include(factor_urls)),
    path("accounts/second-factor/app/", include(totp_urls)),
    path("accounts/second-factor/recovery-codes/", include(recovery_urls)),
]
