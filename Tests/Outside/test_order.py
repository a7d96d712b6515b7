"""Deliveries in any order leave the same rows."""

from itertools import permutations

from events import charge, event, fresh, payment_intent
from extent import choices

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


def disputed_life(order: str) -> list[dict]:
    """A payment from its making to its dispute, which knows nothing of the order but the payment."""
    intent, paid = fresh("pi"), fresh("ch")
    about = {"order_id": order}
    begin = 1_790_000_000
    return [
        event("payment_intent.created", created=begin, obj=payment_intent(
            intent, amount=5000, metadata=about, status="requires_payment_method")),
        event("payment_intent.succeeded", created=begin + 2,
              obj=payment_intent(intent, amount=5000, metadata=about, charge=paid)),
        event("charge.succeeded", created=begin + 1,
              obj=charge(paid, intent=intent, amount=5000, metadata=about)),
        event("charge.refunded", created=begin + 100,
              obj=charge(paid, intent=intent, amount=5000, refunded=2000, metadata=about)),
        event("charge.dispute.created", created=begin + 200, obj={
            "id": fresh("dp"), "object": "dispute", "amount": 3000, "charge": paid,
            "currency": "usd", "evidence_details": {"due_by": begin + 700_000}, "metadata": {},
            "payment_intent": intent, "reason": "fraudulent", "status": "needs_response"}),
    ]


def with_duplicates(turn: tuple, chance) -> list[int]:
    """Each once in that order, and each again one to three times somewhere behind."""
    deliveries = list(turn)
    for each in turn:
        for _ in range(chance.randint(1, 3)):
            first = deliveries.index(each)
            deliveries.insert(chance.randint(first + 1, len(deliveries)), each)
    return deliveries


def test_all_120_orders_of_a_disputed_life_with_duplicates_end_in_one_state(till):
    chance = choices()
    lives, turns = {}, {}
    for number, turn in enumerate(permutations(range(5))):
        lives[turn] = disputed_life(f"disputed-{number}")
        turns[turn] = with_duplicates(turn, chance)
    # Everything of one round is walked before the next begins, or the engine would put it in order.
    for index in range(max(map(len, turns.values()))):
        for turn, deliveries in turns.items():
            if index < len(deliveries):
                answer = till.send(lives[turn][deliveries[index]])
                assert answer.status == 200, answer
        till.wait_for(
            "SELECT NOT EXISTS (SELECT 1 FROM workflow_runs"
            " WHERE status IN ('pending', 'running', 'failed'))"
            " AND NOT EXISTS (SELECT 1 FROM webhook_events AS e WHERE status = 'received'"
            " AND NOT EXISTS (SELECT 1 FROM workflow_runs WHERE event_seq = e.seq))")
    till.settle(60)

    states = {
        turn: till.row(f"SELECT {ORDER_COLUMNS} FROM orders WHERE id = ?", f"disputed-{number}")
        for number, turn in enumerate(lives)}
    assert len(states) == 120
    assert set(states.values()) == {states[(0, 1, 2, 3, 4)]}, states
    assert states[(0, 1, 2, 3, 4)][:4] == ("disputed", 5000, 2000, "usd")
    assert till.value("SELECT count(*) FROM webhook_events") == 5 * 120
    assert till.rows("SELECT 1 FROM workflow_runs WHERE status IN ('dead', 'unsure')") == []
    # One confirmation at most for each, and never two mails with one id.
    ids = [line for mail in till.mails() for line in mail.read_text(errors="replace").splitlines()
           if line.lower().startswith("message-id:")]
    assert len(ids) == len(set(ids)) > 0


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
