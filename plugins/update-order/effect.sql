-- 1. An order that nobody has heard of is made, when the workflow says so. It begins as pending and
--    is treated like any other from here on.
INSERT INTO orders (id, status, amount, currency, source, created_at, updated_at)
SELECT
    :order, 'pending', CASE WHEN :amount >= 0 THEN :amount END, lower(:currency), 'stripe',
    :now, :now
WHERE :if_missing = 'create' AND :order <> ''
    AND NOT EXISTS (SELECT 1 FROM orders WHERE id = :order);

-- 2. The verdict. Nothing is written here when there is no such order.
INSERT INTO order_history (
    idempotency_key, order_id, event_id, event_type, event_created, reported, status_before,
    status_after, refunded_now, gave_price, gave_email, outcome, reason, at)
WITH
    found AS (
        SELECT
            orders.*,
            -- Money has arrived for this order.
            (status = 'paid' OR status = 'partially_refunded' OR status = 'refunded'
                OR status = 'disputed') AS has_money,
            -- The event is about money that arrived, not about an attempt.
            (:status IS NULL OR :status = 'paid' OR :status = 'partially_refunded'
                OR :status = 'refunded' OR :status = 'disputed') AS is_money,
            (:status IS NULL OR :status = status) AS is_same,
            EXISTS (
                SELECT 1 FROM order_transitions
                WHERE from_status = orders.status AND to_status = :status) AS is_lawful,
            -- Whether the address in the row, if any, came from an event.
            (email IS NULL OR EXISTS (
                SELECT 1 FROM order_history
                WHERE order_id = orders.id AND gave_email)) AS takes_email
        FROM orders
        WHERE id = coalesce(
            nullif(:order, ''),
            (SELECT min(id) FROM orders WHERE stripe_payment_intent_id = :payment_intent),
            (SELECT min(id) FROM orders WHERE stripe_charge_id = :charge))
    ),
    -- Its columns are used many times over.
    weighed AS MATERIALIZED (
        SELECT
            *,
            -- The order was paid by another payment than the one this event is about.
            (has_money AND stripe_payment_intent_id <> :payment_intent) IS TRUE AS is_other,
            -- The price is only what failed or canceled attempts said, so money may correct it.
            (source = 'stripe' AND NOT EXISTS (
                SELECT 1 FROM order_history
                WHERE order_id = found.id AND gave_price)) AS is_soft
        FROM found
    ),
    judged AS (
        SELECT
            *,
            CASE
                WHEN is_other AND :status = 'paid' THEN
                    'order ' || id || ' was paid by ' || stripe_payment_intent_id || ', and '
                    || :payment_intent || ' paid for it again; refund one of the two'
                -- An attempt moves no money, whatever it was about.
                WHEN is_other OR NOT is_money THEN NULL
                WHEN :amount < 0 OR :amount_refunded < 0 THEN
                    'the event has a negative amount (' || coalesce(:amount, 0) || ', refunded '
                    || coalesce(:amount_refunded, 0) || '); look at its payload'
                WHEN NOT is_soft AND :amount <> amount THEN
                    'order ' || id || ' costs ' || amount || ' ' || coalesce(currency, '')
                    || ', but the event says ' || :amount || ' ' || coalesce(lower(:currency), '')
                    || '; compare the order with the payment'
                WHEN NOT is_soft AND lower(:currency) <> currency THEN
                    'order ' || id || ' is in ' || currency || ', but the event says '
                    || lower(:currency) || '; compare the order with the payment'
                WHEN max(coalesce(:amount_refunded, 0), amount_refunded) > CASE
                        WHEN is_soft THEN coalesce(:amount, amount) ELSE coalesce(amount, :amount)
                    END THEN
                    'order ' || id || ' costs less than the '
                    || max(coalesce(:amount_refunded, 0), amount_refunded) || ' '
                    || coalesce(lower(:currency), currency, '')
                    || ' that were paid back; look for a refund that belongs to another order'
            END AS refusal,
            CASE
                WHEN is_other THEN
                    'order ' || id || ' was paid by ' || stripe_payment_intent_id
                    || '; the event is about ' || :payment_intent
                WHEN NOT is_same AND NOT is_lawful THEN
                    'order ' || id || ' is ' || status || '; ' || status || ' → ' || :status
                    || ' is not a lawful change'
            END AS objection
        FROM weighed
    )
SELECT
    :idempotency_key, id, :event_id, :event_type, :event_created, :status,
    -- changes() still counts the rows of statement 1.
    CASE WHEN changes() = 0 THEN status END,
    CASE WHEN objection IS NULL THEN coalesce(:status, status) ELSE status END,
    CASE WHEN is_other THEN 0 ELSE max(coalesce(:amount_refunded, 0) - amount_refunded, 0) END,
    (is_money AND NOT is_other AND :amount IS NOT NULL AND (is_soft OR amount IS NULL)),
    takes_email AND nullif(:email, '') IS NOT NULL,
    CASE
        WHEN refusal IS NOT NULL THEN 'refuse'
        WHEN objection IS NOT NULL THEN 'skip'
        ELSE 'done'
    END,
    coalesce(refusal, objection),
    :now
FROM judged;

-- 3. The order follows. Whatever two deliveries may do in either order must come out the same:
--    the largest refund, the earliest payment, the latest attempt of one kind, the address of the
--    earliest event.
WITH
    told AS (
        SELECT
            history.*,
            (orders.status = 'pending' OR orders.status = 'failed'
                OR orders.status = 'canceled') AS was_unpaid,
            (history.status_after = 'paid' OR history.status_after = 'partially_refunded' OR history.status_after = 'refunded'
                OR history.status_after = 'disputed') AS has_money,
            (orders.source = 'stripe' AND NOT EXISTS (
                SELECT 1 FROM order_history AS priced
                WHERE priced.order_id = history.order_id AND priced.gave_price)) AS is_soft,
            -- Another attempt that ended in the same state is younger.
            EXISTS (
                SELECT 1 FROM order_history AS younger
                WHERE younger.order_id = history.order_id AND younger.reported = history.reported
                    AND history.reported = orders.status
                    AND (younger.event_created, younger.event_id)
                        > (history.event_created, history.event_id)) AS is_outdone,
            (history.gave_email AND NOT EXISTS (
                SELECT 1 FROM order_history AS older
                WHERE older.order_id = history.order_id AND older.gave_email
                    AND (older.event_created, older.event_id)
                        < (history.event_created, history.event_id))) AS is_first_email,
            -- The event is about the attempt or the payment that the row names.
            (history.outcome = 'done' OR (
                (history.reported = 'paid' OR history.reported = 'partially_refunded' OR history.reported = 'refunded'
                    OR history.reported = 'disputed')
                AND (orders.stripe_payment_intent_id <> :payment_intent) IS NOT TRUE)) AS fits
        FROM order_history AS history JOIN orders ON orders.id = history.order_id
        WHERE history.idempotency_key = :idempotency_key AND history.outcome <> 'refuse'
    ),
    verdict AS (
        SELECT
            *,
            -- The row's ids are to name this attempt or payment from now on: it is the first news
            -- of money, a change of state, or the youngest attempt.
            (outcome = 'done' AND was_unpaid AND NOT is_outdone) AS leads
        FROM told
    )
UPDATE orders SET
    status = verdict.status_after,
    amount = CASE
        WHEN gave_price THEN :amount
        WHEN is_soft AND leads AND NOT has_money THEN coalesce(:amount, amount)
        ELSE amount
    END,
    currency = CASE
        WHEN gave_price OR (is_soft AND leads AND NOT has_money)
            THEN coalesce(lower(:currency), currency)
        WHEN fits AND has_money THEN coalesce(currency, lower(:currency))
        ELSE currency
    END,
    amount_refunded = amount_refunded + refunded_now,
    email = CASE WHEN is_first_email THEN :email ELSE email END,
    customer = coalesce(customer, nullif(:customer, '')),
    stripe_payment_intent_id = CASE
        WHEN leads THEN coalesce(nullif(:payment_intent, ''), stripe_payment_intent_id)
        WHEN fits THEN coalesce(stripe_payment_intent_id, nullif(:payment_intent, ''))
        ELSE stripe_payment_intent_id
    END,
    stripe_charge_id = CASE
        WHEN leads THEN coalesce(nullif(:charge, ''), stripe_charge_id)
        WHEN fits THEN coalesce(stripe_charge_id, nullif(:charge, ''))
        ELSE stripe_charge_id
    END,
    error_message = CASE
        WHEN has_money THEN NULL
        WHEN leads AND reported IS NOT NULL THEN :error_message
        ELSE error_message
    END,
    paid_at = CASE
        WHEN :status = 'paid' AND fits
            THEN min(coalesce(paid_at, :event_created * 1000), :event_created * 1000)
        ELSE paid_at
    END,
    updated_at = CASE WHEN outcome = 'done' THEN :now ELSE updated_at END
FROM verdict
WHERE orders.id = verdict.order_id;

-- 4. Whoever finds the order paid and the address known first may confirm it, and nobody after.
UPDATE orders SET confirmed = 1
WHERE :confirms AND confirmed = 0 AND paid_at IS NOT NULL AND email IS NOT NULL
    AND id = (SELECT order_id FROM order_history WHERE idempotency_key = :idempotency_key);

-- 5. The outputs. Without an order there is no verdict.
SELECT
    orders.id AS "order",
    orders.status AS status,
    history.status_before AS previous_status,
    coalesce(history.status_before IS NOT history.status_after, 0) AS changed,
    orders.amount AS amount,
    orders.currency AS currency,
    orders.amount_refunded AS amount_refunded,
    coalesce(history.refunded_now, 0) AS refunded_now,
    orders.email AS email,
    orders.customer AS customer,
    orders.stripe_payment_intent_id AS payment_intent,
    orders.stripe_charge_id AS charge,
    orders.paid_at AS paid_at,
    -- changes() counts the rows of statement 4; a refunded order is not confirmed any more.
    changes() = 1 AND coalesce(orders.status IN ('paid', 'partially_refunded'), 0) AS confirm,
    orders.review AS review,
    CASE
        WHEN history.outcome IS NOT NULL THEN history.outcome
        WHEN :if_missing = 'wait' THEN 'wait'
        ELSE 'refuse'
    END AS outcome,
    CASE
        WHEN history.outcome IS NOT NULL THEN history.reason
        WHEN :order <> '' THEN 'order ' || :order || ' does not exist'
        WHEN :if_missing = 'create' THEN 'an order cannot be created without an id; give order'
        ELSE 'no order belongs to payment ' || coalesce(:payment_intent, :charge, '(none given)')
    END AS reason
FROM (SELECT 1)
    LEFT JOIN order_history AS history ON history.idempotency_key = :idempotency_key
    LEFT JOIN orders ON orders.id = history.order_id;
