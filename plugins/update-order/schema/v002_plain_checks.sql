-- The same tables with cheaper checks: for a list of three words or more SQLite makes a table in
-- memory each time a row is written, words one by one cost nearly nothing.
ALTER TABLE order_history RENAME TO old_history;
ALTER TABLE orders RENAME TO old_orders;

CREATE TABLE orders (
    id TEXT PRIMARY KEY NOT NULL CHECK (id <> ''),
    status TEXT NOT NULL DEFAULT 'pending' CHECK (
        status = 'pending' OR status = 'paid' OR status = 'failed' OR status = 'refunded'
        OR status = 'partially_refunded' OR status = 'disputed' OR status = 'canceled'),
    -- In the currency's minor unit; NULL while nobody said what the order costs.
    amount INTEGER CHECK (amount >= 0),
    amount_refunded INTEGER NOT NULL DEFAULT 0 CHECK (amount_refunded >= 0),
    currency TEXT CHECK (currency = lower(currency)),
    email TEXT,
    customer TEXT,
    stripe_payment_intent_id TEXT,
    stripe_charge_id TEXT,
    -- Why the last payment failed; NULL once money arrived.
    error_message TEXT,
    -- Why a human must look at this order; NULL when all is well. Till never clears it.
    review TEXT,
    -- Who made the row. What an unpaid order of Stripe's costs may still change.
    source TEXT NOT NULL DEFAULT 'shop' CHECK (source IN ('shop', 'stripe')),
    -- 1 once a step was told to confirm the order to the buyer, or it was too late to do so.
    confirmed INTEGER NOT NULL DEFAULT 0 CHECK (confirmed IN (0, 1)),
    -- All times are milliseconds since 1970 UTC.
    created_at INTEGER NOT NULL DEFAULT (unixepoch() * 1000),
    updated_at INTEGER NOT NULL DEFAULT (unixepoch() * 1000),
    paid_at INTEGER,
    CHECK (amount IS NULL OR amount_refunded <= amount)
) STRICT;

INSERT INTO orders SELECT * FROM old_orders;

CREATE TABLE order_history (
    idempotency_key TEXT PRIMARY KEY NOT NULL,
    order_id TEXT NOT NULL REFERENCES orders (id),
    event_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    -- Seconds since 1970 UTC, as Stripe wrote it.
    event_created INTEGER NOT NULL,
    -- The status that the event reported; NULL where it reported none.
    reported TEXT,
    -- NULL where this step created the order.
    status_before TEXT,
    status_after TEXT NOT NULL,
    refunded_now INTEGER NOT NULL,
    -- Whether the order's price comes from this event.
    gave_price INTEGER NOT NULL CHECK (gave_price IN (0, 1)),
    -- Whether the event brought an address that the shop had not written itself.
    gave_email INTEGER NOT NULL CHECK (gave_email IN (0, 1)),
    outcome TEXT NOT NULL CHECK (outcome = 'done' OR outcome = 'skip' OR outcome = 'refuse'),
    reason TEXT,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO order_history SELECT * FROM old_history;

DROP TABLE old_history;
DROP TABLE old_orders;

CREATE INDEX orders_by_payment_intent ON orders (stripe_payment_intent_id);
CREATE INDEX orders_by_charge ON orders (stripe_charge_id);
CREATE INDEX orders_for_review ON orders (updated_at) WHERE review IS NOT NULL;
CREATE INDEX order_history_by_order ON order_history (order_id, reported, event_created, event_id);
