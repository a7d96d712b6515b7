"""Makes the tables of djstripe_site, its account, and the endpoint with the signing secret."""

import os

import django
import djstripe_site
from django.core.management import call_command


def main() -> None:
    """All that dj-stripe would otherwise ask Stripe for while it serves."""
    django.setup()
    call_command("migrate", verbosity=0)
    from djstripe.models import Account, APIKey, WebhookEndpoint
    account = Account.objects.create(id="acct_BenchShop7", livemode=False)
    APIKey.objects.create(
        secret=djstripe_site.STRIPE_TEST_SECRET_KEY, type="secret", livemode=False,
        djstripe_owner_account=account)
    WebhookEndpoint.objects.create(
        id="we_bench", djstripe_uuid=djstripe_site.ENDPOINT, livemode=False,
        secret=os.environ["STRIPE_WEBHOOK_SECRET"], url="https://shop.example.com/webhooks/stripe",
        enabled_events=["*"], status="enabled", api_version="2026-10-28.endive",
        djstripe_owner_account=account)


if __name__ == "__main__":
    main()
