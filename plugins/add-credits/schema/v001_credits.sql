-- A user's balance. It is never written directly: it follows from credit_transactions.
CREATE TABLE credit_accounts (
    user_id TEXT PRIMARY KEY NOT NULL CHECK (user_id <> ''),
    -- In credits. It may be below zero: credits that were spent and then refunded are owed.
    balance INTEGER NOT NULL DEFAULT 0,
    -- All times are milliseconds since 1970 UTC.
    created_at INTEGER NOT NULL DEFAULT (unixepoch() * 1000),
    updated_at INTEGER NOT NULL DEFAULT (unixepoch() * 1000)
) STRICT;

-- The ledger: rows are added, never changed, never removed.
CREATE TABLE credit_transactions (
    id INTEGER PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES credit_accounts (user_id),
    -- In credits; below zero for what was taken back.
    amount INTEGER NOT NULL CHECK (amount <> 0 AND abs(amount) <= 1000000000000),
    type TEXT NOT NULL CHECK (type IN ('deposit', 'refund', 'adjustment')),
    source TEXT NOT NULL,
    -- What makes it happen once: for a deposit the payment's key, for a refund the payment's key
    -- and the total paid back, for an adjustment what its maker chose.
    reference TEXT NOT NULL UNIQUE CHECK (reference <> ''),
    -- The balance right after this row.
    resulting_balance INTEGER NOT NULL,
    -- The payment's key: metadata.paymentId, else the PaymentIntent's id.
    payment TEXT,
    stripe_payment_intent_id TEXT,
    -- What was paid for the credits, in the currency's minor unit.
    payment_amount INTEGER CHECK (payment_amount >= 0),
    currency TEXT CHECK (currency = lower(currency)),
    event_id TEXT,
    -- The step that booked it; a step books at most once.
    idempotency_key TEXT UNIQUE,
    created_at INTEGER NOT NULL DEFAULT (unixepoch() * 1000),
    CHECK (type <> 'deposit' OR (amount > 0 AND payment IS NOT NULL)),
    CHECK (type <> 'refund' OR (amount < 0 AND payment IS NOT NULL))
) STRICT;

CREATE INDEX credit_transactions_by_user ON credit_transactions (user_id, id);
CREATE INDEX credit_transactions_by_payment ON credit_transactions (payment, type);
CREATE UNIQUE INDEX credit_deposits_by_payment ON credit_transactions (payment)
WHERE type = 'deposit';
CREATE UNIQUE INDEX credit_deposits_by_payment_intent
ON credit_transactions (stripe_payment_intent_id) WHERE type = 'deposit';

-- Which deposits the user was told about: one row, one mail.
CREATE TABLE credit_confirmations (
    transaction_id INTEGER PRIMARY KEY NOT NULL REFERENCES credit_transactions (id),
    idempotency_key TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- A balance is the resulting balance of the user's last transaction, which is the sum of all.
CREATE TRIGGER credit_transactions_open_account
BEFORE INSERT ON credit_transactions
WHEN NOT EXISTS (SELECT 1 FROM credit_accounts WHERE user_id = NEW.user_id)
BEGIN
    INSERT INTO credit_accounts (user_id, balance, created_at, updated_at)
    VALUES (NEW.user_id, 0, NEW.created_at, NEW.created_at);
END;

CREATE TRIGGER credit_transactions_add_up
BEFORE INSERT ON credit_transactions
WHEN NEW.resulting_balance IS NOT NEW.amount + coalesce(
    (SELECT balance FROM credit_accounts WHERE user_id = NEW.user_id), 0)
BEGIN
    SELECT RAISE(ABORT, 'resulting_balance is not the balance plus the amount');
END;

-- INSERT OR REPLACE would remove the older row without asking. NEW.id is -1 where none is given.
CREATE TRIGGER credit_transactions_keep_references
BEFORE INSERT ON credit_transactions
WHEN EXISTS (SELECT 1 FROM credit_transactions WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM credit_transactions WHERE reference = NEW.reference)
    OR EXISTS (
        SELECT 1 FROM credit_transactions WHERE idempotency_key = NEW.idempotency_key)
    OR (NEW.type = 'deposit' AND EXISTS (
        SELECT 1 FROM credit_transactions
        WHERE type = 'deposit' AND payment = NEW.payment))
    OR (NEW.type = 'deposit' AND EXISTS (
        SELECT 1 FROM credit_transactions
        WHERE type = 'deposit' AND stripe_payment_intent_id = NEW.stripe_payment_intent_id))
BEGIN
    SELECT RAISE(ABORT, 'this payment or reference is booked already');
END;

CREATE TRIGGER credit_transactions_move_balance
AFTER INSERT ON credit_transactions
BEGIN
    SELECT RAISE(ABORT, 'transactions are numbered in the order they happen; leave out the id')
    WHERE NEW.id < (SELECT max(id) FROM credit_transactions);
    UPDATE credit_accounts SET balance = NEW.resulting_balance, updated_at = NEW.created_at
    WHERE user_id = NEW.user_id;
END;

CREATE TRIGGER credit_transactions_never_change
BEFORE UPDATE ON credit_transactions
BEGIN
    SELECT RAISE(ABORT, 'a transaction is never changed; book an adjustment');
END;

CREATE TRIGGER credit_transactions_never_go
BEFORE DELETE ON credit_transactions
BEGIN
    SELECT RAISE(ABORT, 'a transaction is never removed; book an adjustment');
END;

CREATE TRIGGER credit_accounts_begin_with_their_sum
BEFORE INSERT ON credit_accounts
WHEN NEW.balance <> coalesce((
    SELECT resulting_balance FROM credit_transactions
    WHERE user_id = NEW.user_id ORDER BY id DESC LIMIT 1), 0)
BEGIN
    SELECT RAISE(ABORT, 'a balance follows from its transactions; book an adjustment');
END;

CREATE TRIGGER credit_accounts_follow_transactions
BEFORE UPDATE OF user_id, balance ON credit_accounts
WHEN NEW.user_id <> OLD.user_id
    OR NEW.balance <> coalesce((
        SELECT resulting_balance FROM credit_transactions
        WHERE user_id = NEW.user_id ORDER BY id DESC LIMIT 1), 0)
BEGIN
    SELECT RAISE(ABORT, 'a balance follows from its transactions; book an adjustment');
END;
