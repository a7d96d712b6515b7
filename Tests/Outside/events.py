"""Events as Stripe shapes them, our own values in them."""

import itertools
import time
import uuid

VERSION = "2026-10-28.endive"
_count = itertools.count(1)


def fresh(prefix: str) -> str:
    """An id nobody has used, rising like Stripe's."""
    return f"{prefix}_{next(_count):08d}{uuid.uuid4().hex[:12]}"


def event(kind: str, obj: dict, *, id: str | None = None, created: int | None = None,
          livemode: bool = False, previous: dict | None = None, **more) -> dict:
    """The envelope around an object."""
    data = {"object": obj}
    if previous is not None:
        data["previous_attributes"] = previous
    return {
        "id": id or fresh("evt"),
        "object": "event",
        "api_version": VERSION,
        "created": int(time.time()) if created is None else created,
        "data": data,
        "livemode": livemode,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
        **more,
    }


def payment_intent(id: str | None = None, *, amount=4990, currency="usd", status="succeeded",
                   metadata=None, email="buyer@example.com", charge: str | None = None,
                   **more) -> dict:
    """A PaymentIntent."""
    return {
        "id": id or fresh("pi"),
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_received": amount if status == "succeeded" else 0,
        "currency": currency,
        "customer": None,
        "description": None,
        "last_payment_error": None,
        "latest_charge": charge,
        "livemode": False,
        "metadata": metadata or {},
        "receipt_email": email,
        "status": status,
        **more,
    }


def charge(id: str | None = None, *, intent: str | None = None, amount=4990, refunded=0,
           currency="usd", metadata=None, email="buyer@example.com", **more) -> dict:
    """A charge, with `refunded` of its amount paid back so far."""
    return {
        "id": id or fresh("ch"),
        "object": "charge",
        "amount": amount,
        "amount_captured": amount,
        "amount_refunded": refunded,
        "billing_details": {"email": email, "name": "Jo Buyer", "phone": None},
        "captured": True,
        "currency": currency,
        "customer": None,
        "disputed": False,
        "failure_message": None,
        "livemode": False,
        "metadata": metadata or {},
        "paid": True,
        "payment_intent": intent,
        "receipt_email": email,
        "receipt_url": "https://pay.example.com/receipt",
        "refunded": refunded == amount,
        "status": "succeeded",
        **more,
    }


def checkout_session(id: str | None = None, *, intent: str | None = None, amount=4990,
                     currency="usd", metadata=None, paid=True, email="buyer@example.com",
                     **more) -> dict:
    """A Checkout Session in mode payment."""
    return {
        "id": id or fresh("cs_test"),
        "object": "checkout.session",
        "amount_subtotal": amount,
        "amount_total": amount,
        "client_reference_id": None,
        "currency": currency,
        "customer": None,
        "customer_details": {"email": email, "name": "Jo Buyer"},
        "livemode": False,
        "locale": None,
        "metadata": metadata or {},
        "mode": "payment",
        "payment_intent": intent,
        "payment_status": "paid" if paid else "unpaid",
        "status": "complete",
        **more,
    }


def padded(obj: dict, size: int) -> dict:
    """The object with a description that brings it near the size of a real one."""
    return {**obj, "description": "x" * size}
