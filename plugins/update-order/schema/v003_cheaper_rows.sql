-- What a step writes and reads, made cheaper. The shop and other plugins see the same orders; only
-- the place of the column status has changed.

-- The list of seven words in the check of status was a table in memory at every row written (see
-- v002). Tables of other plugins refer to orders, so that it cannot be made anew; a column can.
ALTER TABLE orders ADD COLUMN new_status TEXT NOT NULL DEFAULT 'pending' CHECK (
    new_status = 'pending' OR new_status = 'paid' OR new_status = 'failed'
    OR new_status = 'refunded' OR new_status = 'partially_refunded'
    OR new_status = 'disputed' OR new_status = 'canceled');

-- Whether any event gave the price, and whether any brought an address that the shop had not
-- written itself: what effect.sql had to look for in all of the order's history before.
ALTER TABLE orders ADD COLUMN has_event_price INTEGER NOT NULL DEFAULT 0
    CHECK (has_event_price IN (0, 1));
ALTER TABLE orders ADD COLUMN has_event_email INTEGER NOT NULL DEFAULT 0
    CHECK (has_event_email IN (0, 1));

UPDATE orders SET
    new_status = status,
    has_event_price = EXISTS (
        SELECT 1 FROM order_history WHERE order_id = orders.id AND gave_price),
    has_event_email = EXISTS (
        SELECT 1 FROM order_history WHERE order_id = orders.id AND gave_email);

-- SQLite refuses this where a plugin of yours has an index, a view or a trigger that names
-- orders.status: let that plugin drop it before, and make it again afterwards.
ALTER TABLE orders DROP COLUMN status;
ALTER TABLE orders RENAME COLUMN new_status TO status;

-- An order that is only just made names no payment: there is nothing to put into these then, and
-- nothing to take out again a moment later.
DROP INDEX orders_by_payment_intent;
DROP INDEX orders_by_charge;
CREATE INDEX orders_by_payment_intent ON orders (stripe_payment_intent_id)
    WHERE stripe_payment_intent_id IS NOT NULL;
CREATE INDEX orders_by_charge ON orders (stripe_charge_id) WHERE stripe_charge_id IS NOT NULL;

-- The history by order and time is the table itself now: one place to write a row to, where there
-- were two.
CREATE TABLE new_history (
    idempotency_key TEXT NOT NULL,
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
    at INTEGER NOT NULL,
    -- Till gives each key to one step only, so that the key alone needs no index.
    PRIMARY KEY (order_id, event_created, event_id, idempotency_key)
) STRICT, WITHOUT ROWID;

INSERT INTO new_history
SELECT * FROM order_history ORDER BY order_id, event_created, event_id, idempotency_key;

-- In this order, so that SQLite names a view of yours that it would break, instead of rewriting it.
DROP TABLE order_history;
ALTER TABLE new_history RENAME TO order_history;
