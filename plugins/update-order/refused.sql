-- Runs after the effect was rolled back: the order, where there is one, is held for a human.
-- The first reason stays; every later one is on record with its step.
UPDATE orders SET review = coalesce(review, :reason), updated_at = :now
WHERE id = coalesce(
    nullif(:order, ''),
    (SELECT min(id) FROM orders WHERE stripe_payment_intent_id = :payment_intent),
    (SELECT min(id) FROM orders WHERE stripe_charge_id = :charge));
