-- One row per order of the shop. The shop may insert its orders beforehand (status pending), or
-- let the first payment event create them.
CREATE TABLE orders (
    id TEXT PRIMARY KEY NOT NULL CHECK (id <> ''),
    status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN (
        'pending', 'paid', 'failed', 'refunded', 'partially_refunded', 'disputed', 'canceled')),
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

CREATE INDEX orders_by_payment_intent ON orders (stripe_payment_intent_id);
CREATE INDEX orders_by_charge ON orders (stripe_charge_id);
CREATE INDEX orders_for_review ON orders (updated_at) WHERE review IS NOT NULL;

-- The lawful changes. A change that is not here is a recorded no-op, never an error: that is how a
-- late, older event is told from news. The states form a ladder, so that any order of delivery
-- ends on the same rung:
--   pending < failed < canceled < paid < partially_refunded < refunded < disputed
CREATE TABLE order_transitions (
    from_status TEXT NOT NULL,
    to_status TEXT NOT NULL CHECK (to_status <> from_status),
    PRIMARY KEY (from_status, to_status)
) STRICT, WITHOUT ROWID;

INSERT INTO order_transitions (from_status, to_status) VALUES
    ('pending', 'failed'),
    ('pending', 'canceled'),
    ('pending', 'paid'),
    ('pending', 'partially_refunded'),
    ('pending', 'refunded'),
    ('pending', 'disputed'),
    ('failed', 'canceled'),
    ('failed', 'paid'),
    ('failed', 'partially_refunded'),
    ('failed', 'refunded'),
    ('failed', 'disputed'),
    ('canceled', 'paid'),
    ('canceled', 'partially_refunded'),
    ('canceled', 'refunded'),
    ('canceled', 'disputed'),
    ('paid', 'partially_refunded'),
    ('paid', 'refunded'),
    ('paid', 'disputed'),
    ('partially_refunded', 'refunded'),
    ('partially_refunded', 'disputed'),
    ('refunded', 'disputed');

-- What each step did to an order, in words a person can read. effect.sql writes its verdict here
-- first and acts on it afterwards.
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
    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'skip', 'refuse')),
    reason TEXT,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX order_history_by_order ON order_history (order_id, reported, event_created, event_id);
