-- 1. Book it, when it is new and nothing speaks against it. The triggers of the schema open the
--    account and move its balance.
INSERT INTO credit_transactions (
    user_id, amount, type, source, reference, resulting_balance, payment,
    stripe_payment_intent_id, payment_amount, currency, event_id,
    idempotency_key, created_at)
WITH
    -- The deposit that the event's payment made before, found by either of its two names.
    deposit AS (
        SELECT * FROM credit_transactions
        WHERE id = coalesce(
            (SELECT id FROM credit_transactions WHERE type = 'deposit'
                AND payment = coalesce(nullif(:payment, ''), :payment_intent)),
            (SELECT id FROM credit_transactions WHERE type = 'deposit'
                AND stripe_payment_intent_id = :payment_intent))
    ),
    -- What share of the deposit is to be gone when refunded-total of its price was paid back.
    claim AS (
        SELECT
            *,
            coalesce(payment_amount, :payment_amount) AS price,
            -(SELECT coalesce(sum(taken.amount), 0) FROM credit_transactions AS taken
                WHERE taken.payment = deposit.payment AND taken.type = 'refund') AS taken
        FROM deposit
        WHERE :type = 'refund' AND :refunded_total > 0
            AND :refunded_total <= coalesce(payment_amount, :payment_amount)
            AND coalesce(payment_amount, :payment_amount) <= 1000000000000
            AND coalesce(nullif(:user, ''), user_id) = user_id
            AND coalesce(lower(:currency), currency, '') = coalesce(currency, lower(:currency), '')
    ),
    -- floor(amount * refunded_total / price) without leaving 64 bits: whole prices first, then the
    -- remainder times refunded_total in two halves of six digits. Every product stays below 10^18.
    whole AS (
        SELECT
            *,
            (amount / price) * :refunded_total AS wholes,
            amount % price AS rest,
            :refunded_total / 1000000 AS high,
            :refunded_total % 1000000 AS low
        FROM claim
    ),
    share AS (
        SELECT
            *,
            wholes
            + (rest * high / price) * 1000000
            + ((rest * high % price) * 1000000 + rest * low) / price
            - taken AS due
        FROM whole
    ),
    wanted AS (
        SELECT
            :user AS user_id,
            :amount AS amount,
            coalesce(nullif(:payment, ''), :payment_intent) AS reference,
            coalesce(nullif(:payment, ''), :payment_intent) AS payment,
            nullif(:payment_intent, '') AS payment_intent,
            :payment_amount AS payment_amount,
            lower(:currency) AS currency
        WHERE :type = 'deposit' AND :user <> '' AND :amount BETWEEN 1 AND 1000000000000
            AND coalesce(nullif(:payment, ''), :payment_intent) <> ''
            AND coalesce(:payment_amount, 0) >= 0
            AND NOT EXISTS (SELECT 1 FROM deposit)
        UNION ALL
        SELECT
            user_id, -due, payment || '/refunded/' || :refunded_total, payment,
            stripe_payment_intent_id, price, coalesce(currency, lower(:currency))
        FROM share WHERE due > 0
        UNION ALL
        SELECT :user, :amount, :reference, nullif(:payment, ''), NULL, NULL, NULL
        WHERE :type = 'adjustment' AND :user <> '' AND :reference <> ''
            AND :amount BETWEEN -1000000000000 AND 1000000000000 AND :amount <> 0
            AND NOT EXISTS (SELECT 1 FROM credit_transactions WHERE reference = :reference)
    )
SELECT
    user_id, amount, :type, :source, reference,
    amount + coalesce((
        SELECT balance FROM credit_accounts WHERE user_id = wanted.user_id), 0),
    payment, payment_intent, payment_amount, currency, :event_id,
    :idempotency_key, :now
FROM wanted
-- A payment key may by chance read like somebody's adjustment.
WHERE NOT EXISTS (
    SELECT 1 FROM credit_transactions WHERE reference = wanted.reference);

-- 2. Whoever finds a deposit and can tell the user first does so, and nobody after.
INSERT INTO credit_confirmations (transaction_id, idempotency_key, created_at)
SELECT id, :idempotency_key, :now FROM credit_transactions
WHERE :confirms AND :type = 'deposit'
    AND id = coalesce(
        (SELECT id FROM credit_transactions WHERE type = 'deposit'
            AND payment = coalesce(nullif(:payment, ''), :payment_intent)),
        (SELECT id FROM credit_transactions WHERE type = 'deposit'
            AND stripe_payment_intent_id = :payment_intent))
    AND NOT EXISTS (
        SELECT 1 FROM credit_confirmations WHERE transaction_id = credit_transactions.id);

-- 3. Say what came of it.
WITH
    deposit AS (
        SELECT * FROM credit_transactions
        WHERE id = coalesce(
            (SELECT id FROM credit_transactions WHERE type = 'deposit'
                AND payment = coalesce(nullif(:payment, ''), :payment_intent)),
            (SELECT id FROM credit_transactions WHERE type = 'deposit'
                AND stripe_payment_intent_id = :payment_intent))
    ),
    -- What is on record: the row just booked, or the one that was there before.
    booked AS (
        SELECT * FROM credit_transactions
        WHERE reference = CASE :type
            WHEN 'deposit' THEN coalesce(
                (SELECT reference FROM deposit), nullif(:payment, ''), :payment_intent)
            WHEN 'refund' THEN (SELECT payment FROM deposit) || '/refunded/' || :refunded_total
            ELSE :reference
        END
    ),
    answer AS (
        SELECT
            coalesce(booked.idempotency_key = :idempotency_key, 0) AS changed,
            -- changes() counts the rows of statement 2.
            changes() AS confirm,
            coalesce(booked.user_id, deposit.user_id, :user) AS user_id,
            booked.amount AS amount,
            booked.reference AS reference,
            coalesce(deposit.payment, nullif(:payment, ''), :payment_intent) AS payment,
            CASE
                WHEN :type <> 'refund' AND coalesce(:user, '') = '' THEN
                    'no user is given; whose credits are they?'
                WHEN :type <> 'refund' AND (
                    :amount IS NULL OR :amount = 0 OR abs(:amount) > 1000000000000
                    OR (:type = 'deposit' AND :amount < 0)) THEN
                    'an amount of ' || coalesce(:amount, 'nothing') || ' credits cannot be booked; '
                    || 'give a whole number up to 10^12'
                WHEN :type = 'adjustment' AND coalesce(:reference, '') = '' THEN
                    'an adjustment needs a reference, so that it happens once; give one'
                WHEN :type <> 'adjustment'
                    AND coalesce(nullif(:payment, ''), :payment_intent, '') = '' THEN
                    'no payment is given; give payment or payment-intent'
                WHEN :type = 'deposit' AND :payment_amount < 0 THEN
                    'payment-amount is ' || :payment_amount || '; look at the event''s payload'
                WHEN :type <> 'refund' AND booked.type <> :type THEN
                    'the reference ' || booked.reference || ' was used for another booking ('
                    || booked.type || '); use another one'
                WHEN :type <> 'refund' AND booked.user_id <> :user THEN
                    booked.reference || ' is booked for user ' || booked.user_id
                    || ', but the event says user ' || :user || '; find out whose it is'
                WHEN :type <> 'refund' AND booked.amount <> :amount THEN
                    booked.reference || ' is booked with ' || booked.amount
                    || ' credits, but the event says ' || :amount || '; find out which is right'
                WHEN :type <> 'refund' OR deposit.id IS NULL THEN NULL
                WHEN deposit.user_id <> nullif(:user, '') THEN
                    'payment ' || deposit.payment || ' gave credits to user ' || deposit.user_id
                    || ', but the refund names user ' || :user || '; find out whose it is'
                WHEN deposit.currency <> lower(:currency) THEN
                    'payment ' || deposit.payment || ' was made in ' || deposit.currency
                    || ', but the refund is in ' || lower(:currency) || '; look at both'
                WHEN :refunded_total IS NULL OR :refunded_total < 0 THEN
                    'a refund needs refunded-total, 0 or more; give it'
                WHEN coalesce(deposit.payment_amount, :payment_amount) IS NULL THEN
                    'nobody said what was paid for payment ' || deposit.payment
                    || '; give payment-amount'
                WHEN :refunded_total > coalesce(deposit.payment_amount, :payment_amount) THEN
                    'more was paid back (' || :refunded_total || ') than paid ('
                    || coalesce(deposit.payment_amount, :payment_amount) || ') for payment '
                    || deposit.payment || '; look for a refund that belongs elsewhere'
                WHEN coalesce(deposit.payment_amount, :payment_amount) > 1000000000000 THEN
                    'payment-amount is above 10^12; book an adjustment by hand'
            END AS refusal,
            CASE
                WHEN :type = 'refund' AND deposit.id IS NULL THEN
                    'payment ' || coalesce(nullif(:payment, ''), :payment_intent)
                    || ' has given no credits yet'
            END AS lack,
            CASE :type
                WHEN 'deposit' THEN 'payment ' || deposit.payment || ' gave its credits before'
                WHEN 'refund' THEN 'no more credits of payment ' || deposit.payment
                    || ' are to be taken back at a refund of ' || :refunded_total
                ELSE 'adjustment ' || booked.reference || ' was booked before'
            END AS news
        FROM (SELECT 1) LEFT JOIN deposit LEFT JOIN booked
    )
SELECT
    changed,
    user_id AS user,
    CASE WHEN changed THEN amount ELSE 0 END AS amount,
    (SELECT balance FROM credit_accounts WHERE credit_accounts.user_id = answer.user_id) AS balance,
    reference,
    payment,
    confirm,
    CASE
        WHEN changed THEN 'done'
        WHEN refusal IS NOT NULL THEN 'refuse'
        WHEN lack IS NOT NULL THEN 'wait'
        ELSE 'skip'
    END AS outcome,
    CASE WHEN changed THEN NULL ELSE coalesce(refusal, lack, news) END AS reason
FROM answer;
