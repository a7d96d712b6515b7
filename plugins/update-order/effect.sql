-- 1. An order that nobody has heard of is made, when the workflow says so. It begins as pending and
--    is treated like any other from here on.
INSERT INTO orders (id, amount, currency, source, created_at, updated_at)
SELECT
    :order, CASE WHEN :amount >= 0 THEN :amount END, lower(:currency), 'stripe', :now, :now
WHERE :if_missing = 'create' AND :order <> ''
ON CONFLICT (id) DO NOTHING;

-- 2. The verdict. Nothing is written here when there is no such order.
INSERT INTO order_history (
    idempotency_key, order_id, event_id, event_type, event_created, reported, status_before,
    status_after, refunded_now, gave_price, gave_email, outcome, reason, at)
WITH
    found AS (
        SELECT
            *,
            -- Money has arrived for this order.
            (status = 'paid' OR status = 'partially_refunded' OR status = 'refunded'
                OR status = 'disputed') AS has_money,
            -- The event is about money that arrived, not about an attempt.
            (:status IS NULL OR :status = 'paid' OR :status = 'partially_refunded'
                OR :status = 'refunded' OR :status = 'disputed') AS is_money,
            (:status IS NULL OR :status = status OR to_status IS NOT NULL) AS is_lawful,
            -- The price is only what failed or canceled attempts said, so money may correct it.
            (source = 'stripe' AND NOT has_event_price) AS is_soft
        FROM orders LEFT JOIN order_transitions ON from_status = status AND to_status = :status
        WHERE id = coalesce(
            nullif(:order, ''),
            (SELECT min(id) FROM orders WHERE stripe_payment_intent_id = :payment_intent),
            (SELECT min(id) FROM orders WHERE stripe_charge_id = :charge))
    ),
    weighed AS (
        SELECT
            *,
            -- The order was paid by another payment than the one this event is about.
            (has_money AND stripe_payment_intent_id <> :payment_intent) IS TRUE AS is_other
        FROM found
        -- There is one row at most. With an OFFSET SQLite works out each column once, not again
        -- wherever it is used; MATERIALIZED would do so too, but make a table in memory for it.
        LIMIT 1 OFFSET 0
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
                WHEN NOT is_lawful THEN
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
    -- The address in the row, if any, came from an event.
    (email IS NULL OR has_event_email) AND nullif(:email, '') IS NOT NULL,
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
--    earliest event. (Not UPDATE ... FROM: SQLite makes a table in memory for that.)
UPDATE orders SET (
    status, amount, currency, amount_refunded, email, customer, stripe_payment_intent_id,
    stripe_charge_id, error_message, paid_at, updated_at, has_event_price, has_event_email
) = (
    WITH
        told AS (
            SELECT
                *,
                (status_after = 'paid' OR status_after = 'partially_refunded'
                    OR status_after = 'refunded' OR status_after = 'disputed') AS has_money,
                (orders.source = 'stripe' AND NOT orders.has_event_price) AS is_soft,
                -- The event is about the attempt or the payment that the row names.
                (outcome = 'done' OR (
                    (reported = 'paid' OR reported = 'partially_refunded'
                        OR reported = 'refunded' OR reported = 'disputed')
                    AND (orders.stripe_payment_intent_id <> :payment_intent) IS NOT TRUE)) AS fits,
                -- The row's ids are to name this attempt or payment from now on: it is the first
                -- news of money, a change of state, or the youngest attempt that ended so.
                (outcome = 'done'
                    AND (orders.status = 'pending' OR orders.status = 'failed'
                        OR orders.status = 'canceled')
                    AND NOT (reported IS orders.status AND EXISTS (
                        SELECT 1 FROM order_history AS younger
                        WHERE younger.order_id = history.order_id
                            AND younger.reported = history.reported
                            AND (younger.event_created, younger.event_id)
                                > (history.event_created, history.event_id)))) AS leads
            FROM order_history AS history
            WHERE order_id = orders.id AND event_created = :event_created
                AND event_id = :event_id AND idempotency_key = :idempotency_key
            LIMIT 1 OFFSET 0
        )
    SELECT
        status_after AS status,
        CASE
            WHEN gave_price THEN :amount
            WHEN is_soft AND leads AND NOT has_money THEN coalesce(:amount, orders.amount)
            ELSE orders.amount
        END AS amount,
        CASE
            WHEN gave_price OR (is_soft AND leads AND NOT has_money)
                THEN coalesce(lower(:currency), orders.currency)
            WHEN fits AND has_money THEN coalesce(orders.currency, lower(:currency))
            ELSE orders.currency
        END AS currency,
        orders.amount_refunded + refunded_now AS amount_refunded,
        CASE
            -- Only the earliest event that has one gives the address.
            WHEN gave_email AND NOT (orders.has_event_email AND EXISTS (
                SELECT 1 FROM order_history AS older
                WHERE older.order_id = told.order_id AND older.gave_email
                    AND (older.event_created, older.event_id)
                        < (told.event_created, told.event_id))) THEN :email
            ELSE orders.email
        END AS email,
        coalesce(orders.customer, nullif(:customer, '')) AS customer,
        CASE
            WHEN leads THEN coalesce(nullif(:payment_intent, ''), orders.stripe_payment_intent_id)
            WHEN fits THEN coalesce(orders.stripe_payment_intent_id, nullif(:payment_intent, ''))
            ELSE orders.stripe_payment_intent_id
        END AS stripe_payment_intent_id,
        CASE
            WHEN leads THEN coalesce(nullif(:charge, ''), orders.stripe_charge_id)
            WHEN fits THEN coalesce(orders.stripe_charge_id, nullif(:charge, ''))
            ELSE orders.stripe_charge_id
        END AS stripe_charge_id,
        CASE
            WHEN has_money THEN NULL
            WHEN leads AND reported IS NOT NULL THEN :error_message
            ELSE orders.error_message
        END AS error_message,
        CASE
            WHEN :status = 'paid' AND fits THEN
                min(coalesce(orders.paid_at, :event_created * 1000), :event_created * 1000)
            ELSE orders.paid_at
        END AS paid_at,
        CASE WHEN outcome = 'done' THEN :now ELSE orders.updated_at END AS updated_at,
        orders.has_event_price OR gave_price AS has_event_price,
        orders.has_event_email OR gave_email AS has_event_email
    FROM told
)
WHERE id = coalesce(
        nullif(:order, ''),
        (SELECT min(id) FROM orders WHERE stripe_payment_intent_id = :payment_intent),
        (SELECT min(id) FROM orders WHERE stripe_charge_id = :charge))
    AND EXISTS (
        SELECT 1 FROM order_history AS history
        WHERE order_id = orders.id AND event_created = :event_created
            AND event_id = :event_id AND idempotency_key = :idempotency_key
            AND outcome <> 'refuse');

-- 4. Whoever finds the order paid and the address known first may confirm it, and nobody after.
--    (What statement 3 wrote never changes which order is found.)
UPDATE orders SET confirmed = 1
WHERE :confirms AND confirmed = 0 AND paid_at IS NOT NULL AND email IS NOT NULL
    AND id = coalesce(
        nullif(:order, ''),
        (SELECT min(id) FROM orders WHERE stripe_payment_intent_id = :payment_intent),
        (SELECT min(id) FROM orders WHERE stripe_charge_id = :charge));

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
    changes() = 1 AND coalesce(orders.status = 'paid' OR orders.status = 'partially_refunded', 0)
        AS confirm,
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
    LEFT JOIN orders ON orders.id = coalesce(
        nullif(:order, ''),
        (SELECT min(id) FROM orders WHERE stripe_payment_intent_id = :payment_intent),
        (SELECT min(id) FROM orders WHERE stripe_charge_id = :charge))
    LEFT JOIN order_history AS history ON history.order_id = orders.id
        AND history.event_created = :event_created AND history.event_id = :event_id
        AND history.idempotency_key = :idempotency_key;
