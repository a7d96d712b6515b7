"""Deliveries in any order leave the same rows."""

from itertools import permutations

from events import charge, event, fresh, payment_intent

ORDER_COLUMNS = (
    "status, amount, amount_refunded, currency, email, customer, error_message IS NULL, "
    "paid_at IS NOT NULL, stripe_payment_intent_id IS NOT NULL, stripe_charge_id IS NOT NULL")


def life(order: str) -> list[dict]:
    """A payment, its charge, a partial refund and the refund of the rest."""
    intent, paid = fresh("pi"), fresh("ch")
    about = {"order_id": order}
    begin = 1_790_000_000
    return [
        event("payment_intent.succeeded", created=begin + 2,
              obj=payment_intent(intent, amount=5000, metadata=about, charge=paid)),
        event("charge.succeeded", created=begin + 1,
              obj=charge(paid, intent=intent, amount=5000, metadata=about)),
        event("charge.refunded", created=begin + 100,
              obj=charge(paid, intent=intent, amount=5000, refunded=2000, metadata=about)),
        event("charge.refunded", created=begin + 200,
              obj=charge(paid, intent=intent, amount=5000, refunded=5000, metadata=about)),
    ]


def test_all_24_orders_of_a_life_end_in_one_state(till):
    ends = {}
    for number, turn in enumerate(permutations(range(4))):
        order = f"order-{number}"
        events = life(order)
        for index in turn:
            answer = till.send(events[index])
            assert answer.status == 200, answer
        ends[turn] = order
    till.settle(60)

    states = {
        turn: till.row(f"SELECT {ORDER_COLUMNS} FROM orders WHERE id = ?", order)
        for turn, order in ends.items()}
    assert len(states) == 24
    assert set(states.values()) == {states[(0, 1, 2, 3)]}, states
    assert states[(0, 1, 2, 3)][:4] == ("refunded", 5000, 5000, "usd")
    assert till.rows("SELECT 1 FROM workflow_runs WHERE status IN ('dead', 'unsure')") == []


def test_a_late_older_failure_does_not_undo_a_payment(till):
    intent = fresh("pi")
    about = {"order_id": "late-1"}
    paid = event("payment_intent.succeeded", created=1_790_000_100,
                 obj=payment_intent(intent, metadata=about))
    failed = event("payment_intent.payment_failed", created=1_790_000_000,
                   obj=payment_intent(intent, status="requires_payment_method", metadata=about))

    till.deliver(paid)
    before = till.row("SELECT * FROM orders WHERE id = 'late-1'")
    till.deliver(failed)

    after = till.row("SELECT status, error_message FROM orders WHERE id = 'late-1'")
    assert before is not None
    assert after == ("paid", None)
    assert till.rows("SELECT 1 FROM workflow_runs WHERE status IN ('dead', 'unsure')") == []


def test_events_of_both_types_credit_one_payment_once(till):
    from events import checkout_session

    for turn in ((0, 1), (1, 0)):
        intent, user = fresh("pi"), fresh("user")
        about = {"userId": user, "amount": "120", "paymentId": fresh("pay")}
        both = [
            event("checkout.session.completed", checkout_session(intent=intent, metadata=about)),
            event("payment_intent.succeeded", payment_intent(intent, metadata=about)),
        ]
        till.deliver(*(both[index] for index in turn))
        till.deliver(both[turn[0]])

        assert till.value("SELECT balance FROM credit_accounts WHERE user_id = ?", user) == 120
        assert till.rows(
            "SELECT amount, type FROM credit_transactions WHERE user_id = ?", user
        ) == [(120, "deposit")]
