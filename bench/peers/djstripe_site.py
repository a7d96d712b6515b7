"""A Django site with dj-stripe and nothing else: settings, URLs and application in one file."""

import os

SECRET_KEY = "of no use elsewhere"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = __name__
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "djstripe"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware",
              "django.middleware.common.CommonMiddleware"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ["DJANGO_DB"],
        # A connection is kept, as it should be; IMMEDIATE, or writers fail instead of waiting.
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 30,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
        },
    }
}
# In the shape of a key and no key: dj-stripe finds its owner in the database and calls nobody.
STRIPE_TEST_SECRET_KEY = "sk_test_" + "x" * 24
STRIPE_LIVE_MODE = False
DJSTRIPE_FOREIGN_KEY_TO_FIELD = "id"
# dj-stripe's own handlers fetch each object from Stripe again; its manual offers this instead.
DJSTRIPE_WEBHOOK_EVENT_CALLBACK = f"{__name__}.leave_for_a_task"
ENDPOINT = "7f9a2c4e-5b1d-4c3f-9e8a-0d6b1c2e3f40"


def leave_for_a_task(trigger, api_key: str) -> None:
    """The event stays in the table of triggers, verified, for a task queue that we do not run."""


def __getattr__(name: str):
    """What Django may only load once its settings are read."""
    if name == "application":
        from django.core.wsgi import get_wsgi_application
        return get_wsgi_application()
    if name == "urlpatterns":
        from django.urls import path
        from djstripe.views import ProcessWebhookView
        return [path("webhooks/stripe", ProcessWebhookView.as_view(), {"uuid": ENDPOINT})]
    raise AttributeError(name)
