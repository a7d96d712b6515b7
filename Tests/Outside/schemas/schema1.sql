-- A database of schema 1 with a bit of history, as Till 0.1.0 left it: one run each that was done, given
-- up, waits, had a guard that cannot be evaluated, and is unsure; one event unmatched, one held.
PRAGMA application_id=1414089804;
PRAGMA user_version=1;
BEGIN TRANSACTION;
CREATE TABLE audit_log (
  seq       INTEGER PRIMARY KEY,
  at        INTEGER NOT NULL,
  actor     TEXT NOT NULL,
  action    TEXT NOT NULL,
  event_id  TEXT,
  run_id    INTEGER,
  detail    TEXT NOT NULL,
  prev_hash BLOB NOT NULL,
  hash      BLOB NOT NULL
) STRICT;
INSERT INTO "audit_log" VALUES(1,1795517324031,'till','schema.migrated',NULL,NULL,'{"plugin":"add-credits","migration":"v001_credits.sql","hash":"7812d2d0e15e46193a2559700885eccf3adfeaa874817d19f9f49e8d67b177f0"}',X'0000000000000000000000000000000000000000000000000000000000000000',X'47FDE5F8BD2D378185AA9CED19E33235C0E473B61FE89454C7F04D7CF92A495F');
INSERT INTO "audit_log" VALUES(2,1795517324031,'till','schema.migrated',NULL,NULL,'{"plugin":"note-effect","migration":"v001_effects.sql","hash":"c0c51873d598feb87b8191d3488d6768631b4f1d5771142a87182010ddfb5f1e"}',X'47FDE5F8BD2D378185AA9CED19E33235C0E473B61FE89454C7F04D7CF92A495F',X'309C75ED6864A972ED04F082F3671583966D2E1D377C390226573F424A5F5E8B');
INSERT INTO "audit_log" VALUES(3,1795517324031,'till','schema.migrated',NULL,NULL,'{"plugin":"update-order","migration":"v001_orders.sql","hash":"ec3c4a2f3432f28398902250ec13e96dae323b579dfd768bf2dadcec815cdde5"}',X'309C75ED6864A972ED04F082F3671583966D2E1D377C390226573F424A5F5E8B',X'12E3D9A538A37CC19537F76969D9F5F066F3E7E2B4A4B3E19ACEFA7CBD8AE5C1');
INSERT INTO "audit_log" VALUES(4,1795517324065,'till','daemon.started',NULL,NULL,'{"version":"0.1.0","pid":7111,"hash":"5da3a6d7051197d0d1f47c55910a0f85a6d38aa19ffed206ff8a306ccc938abb"}',X'12E3D9A538A37CC19537F76969D9F5F066F3E7E2B4A4B3E19ACEFA7CBD8AE5C1',X'2D18C06D242B7D7D25E85D3B3DD308D0E204951A99DE593771B3DA1F2F9811DC');
INSERT INTO "audit_log" VALUES(5,1795517324121,'engine','step.done','evt_upgrade_1',1,'{"workflow":"noting","step":"note","attempt":1,"key":"evt_upgrade_1/noting/note","run":"succeeded"}',X'2D18C06D242B7D7D25E85D3B3DD308D0E204951A99DE593771B3DA1F2F9811DC',X'2600A0736EC6DF2FA4D8053BC6F084D89E36D524223C1AAD8E6B4294D034CBF2');
INSERT INTO "audit_log" VALUES(6,1795517324125,'engine','step.began','evt_upgrade_2',2,'{"workflow":"failing","step":"tell","attempt":1,"key":"evt_upgrade_2/failing/tell"}',X'2600A0736EC6DF2FA4D8053BC6F084D89E36D524223C1AAD8E6B4294D034CBF2',X'82AF9131ABE21C8D9B4D9BBFA4DC22E5B3B442003143346F6144184CCA6BF03C');
INSERT INTO "audit_log" VALUES(7,1795517324127,'engine','step.failed','evt_upgrade_2',2,'{"workflow":"failing","step":"tell","attempt":1,"key":"evt_upgrade_2/failing/tell","run":"failed","fault":"outside"}',X'82AF9131ABE21C8D9B4D9BBFA4DC22E5B3B442003143346F6144184CCA6BF03C',X'D2E3F15F00DC3C4E5D4D74BC44B47D145322114FA8514E129C5C78262D714036');
INSERT INTO "audit_log" VALUES(8,1795517324144,'engine','step.done','evt_upgrade_3',3,'{"workflow":"waiting","step":"note","attempt":1,"key":"evt_upgrade_3/waiting/note","run":"pending"}',X'D2E3F15F00DC3C4E5D4D74BC44B47D145322114FA8514E129C5C78262D714036',X'691C4284897FD4B8CC162D1C60FA3F2A8DF4445EBC79CFB2D6F342D3098BA753');
INSERT INTO "audit_log" VALUES(9,1795517324144,'engine','step.done','evt_upgrade_2',2,'{"workflow":"failing","step":"alarm","attempt":1,"key":"evt_upgrade_2/failing/alarm","run":"dead"}',X'691C4284897FD4B8CC162D1C60FA3F2A8DF4445EBC79CFB2D6F342D3098BA753',X'1E211FACEB016CD1D67605ACCA43AA854025F9674E6B6B78EE6DB2105125CB1F');
INSERT INTO "audit_log" VALUES(10,1795517324151,'engine','step.began','evt_upgrade_3',3,'{"workflow":"waiting","step":"tell","attempt":1,"key":"evt_upgrade_3/waiting/tell"}',X'1E211FACEB016CD1D67605ACCA43AA854025F9674E6B6B78EE6DB2105125CB1F',X'EF511B4E4097D3D2D31341A8513BA483E59B4140C61328697C17A347F00D5B46');
INSERT INTO "audit_log" VALUES(11,1795517324155,'engine','run.dead','evt_upgrade_4',4,'{"workflow":"guarded","reason":"the workflow''s guard cannot be evaluated: /tmp/mkv1/site/workflows/guarded.yaml:3:7: malformed JSON in \"json(metadata ->> ''order'') IS NOT NULL\""}',X'EF511B4E4097D3D2D31341A8513BA483E59B4140C61328697C17A347F00D5B46',X'262DD33C4DA0C0FF27E45B7064A0F63504FCE0EA581234247D40799C086BBB71');
INSERT INTO "audit_log" VALUES(12,1795517324155,'engine','step.failed','evt_upgrade_3',3,'{"workflow":"waiting","step":"tell","attempt":1,"key":"evt_upgrade_3/waiting/tell","run":"waiting","fault":"outside"}',X'262DD33C4DA0C0FF27E45B7064A0F63504FCE0EA581234247D40799C086BBB71',X'838A2342191729D0C10304A5AF309E0A29981EBD88165E8E262584DB1FD49AC5');
INSERT INTO "audit_log" VALUES(13,1795517324162,'engine','step.began','evt_upgrade_5',5,'{"workflow":"doubtful","step":"tell","attempt":1,"key":"evt_upgrade_5/doubtful/tell"}',X'838A2342191729D0C10304A5AF309E0A29981EBD88165E8E262584DB1FD49AC5',X'B5EFF78B37C8A6B601668DB17BDB033A5545CDDAC57F7D170D91665271BA5388');
INSERT INTO "audit_log" VALUES(14,1795517324172,'engine','step.unsure','evt_upgrade_5',5,'{"workflow":"doubtful","step":"tell","attempt":1,"key":"evt_upgrade_5/doubtful/tell","run":"unsure"}',X'B5EFF78B37C8A6B601668DB17BDB033A5545CDDAC57F7D170D91665271BA5388',X'5594825813C90063976FBBAA1D2C79832ED72AA0EA7364FA946EA5271B9677A8');
INSERT INTO "audit_log" VALUES(15,1795517326179,'till','daemon.stopped',NULL,NULL,'{"version":"0.1.0","pid":7111,"hash":"5da3a6d7051197d0d1f47c55910a0f85a6d38aa19ffed206ff8a306ccc938abb"}',X'5594825813C90063976FBBAA1D2C79832ED72AA0EA7364FA946EA5271B9677A8',X'81835F475B1F3345F83A4D02F8BDA915D4110D26FBD919578DD5195B2F025792');
CREATE TABLE credit_accounts (
    user_id TEXT PRIMARY KEY NOT NULL CHECK (user_id <> ''),
    -- In credits. It may be below zero: credits that were spent and then refunded are owed.
    balance INTEGER NOT NULL DEFAULT 0,
    -- All times are milliseconds since 1970 UTC.
    created_at INTEGER NOT NULL DEFAULT (unixepoch() * 1000),
    updated_at INTEGER NOT NULL DEFAULT (unixepoch() * 1000)
) STRICT;
CREATE TABLE credit_confirmations (
    transaction_id INTEGER PRIMARY KEY NOT NULL REFERENCES credit_transactions (id),
    idempotency_key TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
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
CREATE TABLE effects (
  number INTEGER PRIMARY KEY,
  event_id TEXT NOT NULL,
  run_id INTEGER NOT NULL,
  marker TEXT NOT NULL,
  key TEXT NOT NULL
) STRICT;
INSERT INTO "effects" VALUES(1,'evt_upgrade_1',1,'first','evt_upgrade_1/noting/note');
INSERT INTO "effects" VALUES(2,'evt_upgrade_3',3,'before','evt_upgrade_3/waiting/note');
INSERT INTO "effects" VALUES(3,'evt_upgrade_2',2,'alarm','evt_upgrade_2/failing/alarm');
CREATE TABLE event_bodies (
  seq  INTEGER PRIMARY KEY REFERENCES webhook_events (seq),
  body TEXT NOT NULL
) STRICT;
INSERT INTO "event_bodies" VALUES(1,'{"id": "evt_upgrade_1", "object": "event", "api_version": "2026-10-28.endive", "created": 1795517324, "data": {"object": {"id": "pi_1", "object": "payment_intent", "amount": 4990, "amount_capturable": 0, "amount_received": 4990, "currency": "usd", "customer": null, "description": null, "last_payment_error": null, "latest_charge": null, "livemode": false, "metadata": {}, "receipt_email": "buyer@example.com", "status": "succeeded"}}, "livemode": false, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type": "payment_intent.succeeded"}');
INSERT INTO "event_bodies" VALUES(2,'{"id": "evt_upgrade_2", "object": "event", "api_version": "2026-10-28.endive", "created": 1795517324, "data": {"object": {"id": "in_1", "object": "invoice"}}, "livemode": false, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type": "invoice.created"}');
INSERT INTO "event_bodies" VALUES(3,'{"id": "evt_upgrade_3", "object": "event", "api_version": "2026-10-28.endive", "created": 1795517324, "data": {"object": {"id": "in_2", "object": "invoice"}}, "livemode": false, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type": "invoice.updated"}');
INSERT INTO "event_bodies" VALUES(4,'{"id": "evt_upgrade_4", "object": "event", "api_version": "2026-10-28.endive", "created": 1795517324, "data": {"object": {"id": "in_3", "object": "invoice", "metadata": {"order": "{"}}}, "livemode": false, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type": "invoice.voided"}');
INSERT INTO "event_bodies" VALUES(5,'{"id": "evt_upgrade_5", "object": "event", "api_version": "2026-10-28.endive", "created": 1795517324, "data": {"object": {"id": "in_4", "object": "invoice"}}, "livemode": false, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type": "invoice.paid"}');
INSERT INTO "event_bodies" VALUES(6,'{"id": "evt_upgrade_6", "object": "event", "api_version": "2026-10-28.endive", "created": 1795517324, "data": {"object": {"id": "b", "object": "balance"}}, "livemode": false, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type": "balance.available"}');
INSERT INTO "event_bodies" VALUES(7,'{"id": "evt_upgrade_7", "object": "event", "api_version": "2026-10-28.endive", "created": 1795517324, "data": {"object": {"id": "pi_2", "object": "payment_intent", "amount": 4990, "amount_capturable": 0, "amount_received": 4990, "currency": "usd", "customer": null, "description": null, "last_payment_error": null, "latest_charge": null, "livemode": false, "metadata": {}, "receipt_email": "buyer@example.com", "status": "succeeded"}}, "livemode": true, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type": "payment_intent.succeeded"}');
CREATE TABLE event_queue (
  seq INTEGER PRIMARY KEY REFERENCES webhook_events (seq)
) STRICT;
CREATE TABLE idempotency_keys (
  key        TEXT PRIMARY KEY,
  run_id     INTEGER NOT NULL REFERENCES workflow_runs (id),
  step       TEXT NOT NULL,
  outcome    TEXT CHECK (outcome IN ('done', 'skipped')),
  reason     TEXT,
  outputs    TEXT,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "idempotency_keys" VALUES('evt_upgrade_1/noting/note',1,'note','done',NULL,'{"number":1}',1795517324121);
INSERT INTO "idempotency_keys" VALUES('evt_upgrade_2/failing/alarm',2,'alarm','done',NULL,'{"number":3}',1795517324144);
INSERT INTO "idempotency_keys" VALUES('evt_upgrade_2/failing/tell',2,'tell',NULL,NULL,NULL,1795517324125);
INSERT INTO "idempotency_keys" VALUES('evt_upgrade_3/waiting/note',3,'note','done',NULL,'{"number":2}',1795517324144);
INSERT INTO "idempotency_keys" VALUES('evt_upgrade_3/waiting/tell',3,'tell',NULL,NULL,NULL,1795517324151);
INSERT INTO "idempotency_keys" VALUES('evt_upgrade_5/doubtful/tell',5,'tell',NULL,NULL,NULL,1795517324162);
CREATE TABLE once_keys (
  workflow TEXT NOT NULL,
  key      TEXT NOT NULL,
  run_id   INTEGER NOT NULL REFERENCES workflow_runs (id),
  PRIMARY KEY (workflow, key)
) STRICT, WITHOUT ROWID;
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
CREATE TABLE order_transitions (
    from_status TEXT NOT NULL,
    to_status TEXT NOT NULL CHECK (to_status <> from_status),
    PRIMARY KEY (from_status, to_status)
) STRICT, WITHOUT ROWID;
INSERT INTO "order_transitions" VALUES('canceled','disputed');
INSERT INTO "order_transitions" VALUES('canceled','paid');
INSERT INTO "order_transitions" VALUES('canceled','partially_refunded');
INSERT INTO "order_transitions" VALUES('canceled','refunded');
INSERT INTO "order_transitions" VALUES('failed','canceled');
INSERT INTO "order_transitions" VALUES('failed','disputed');
INSERT INTO "order_transitions" VALUES('failed','paid');
INSERT INTO "order_transitions" VALUES('failed','partially_refunded');
INSERT INTO "order_transitions" VALUES('failed','refunded');
INSERT INTO "order_transitions" VALUES('paid','disputed');
INSERT INTO "order_transitions" VALUES('paid','partially_refunded');
INSERT INTO "order_transitions" VALUES('paid','refunded');
INSERT INTO "order_transitions" VALUES('partially_refunded','disputed');
INSERT INTO "order_transitions" VALUES('partially_refunded','refunded');
INSERT INTO "order_transitions" VALUES('pending','canceled');
INSERT INTO "order_transitions" VALUES('pending','disputed');
INSERT INTO "order_transitions" VALUES('pending','failed');
INSERT INTO "order_transitions" VALUES('pending','paid');
INSERT INTO "order_transitions" VALUES('pending','partially_refunded');
INSERT INTO "order_transitions" VALUES('pending','refunded');
INSERT INTO "order_transitions" VALUES('refunded','disputed');
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
CREATE TABLE plugin_migrations (
  plugin     TEXT NOT NULL,
  version    INTEGER NOT NULL,
  name       TEXT NOT NULL,
  hash       TEXT NOT NULL,
  applied_at INTEGER NOT NULL,
  PRIMARY KEY (plugin, version)
) STRICT, WITHOUT ROWID;
INSERT INTO "plugin_migrations" VALUES('add-credits',1,'v001_credits.sql','7812d2d0e15e46193a2559700885eccf3adfeaa874817d19f9f49e8d67b177f0',1795517324031);
INSERT INTO "plugin_migrations" VALUES('note-effect',1,'v001_effects.sql','c0c51873d598feb87b8191d3488d6768631b4f1d5771142a87182010ddfb5f1e',1795517324031);
INSERT INTO "plugin_migrations" VALUES('update-order',1,'v001_orders.sql','ec3c4a2f3432f28398902250ec13e96dae323b579dfd768bf2dadcec815cdde5',1795517324031);
CREATE TABLE step_runs (
  run_id      INTEGER NOT NULL REFERENCES workflow_runs (id),
  phase       TEXT NOT NULL CHECK (phase IN ('main', 'failure')),
  position    INTEGER NOT NULL,
  step        TEXT NOT NULL,
  action      TEXT NOT NULL,
  status      TEXT NOT NULL CHECK (status IN ('running', 'done', 'skipped', 'waiting', 'failed',
              'unsure')),
  attempts    INTEGER NOT NULL,
  key         TEXT NOT NULL,
  inputs      TEXT,
  outputs     TEXT,
  reason      TEXT,
  fault       TEXT CHECK (fault IN ('sender', 'operator', 'outside', 'house')),
  started_at  INTEGER NOT NULL,
  finished_at INTEGER,
  PRIMARY KEY (run_id, phase, position)
) STRICT, WITHOUT ROWID;
INSERT INTO "step_runs" VALUES(1,'main',0,'note','note-effect','done',1,'evt_upgrade_1/noting/note','{"marker":"first"}','{"number":1}',NULL,NULL,1795517324120,1795517324121);
INSERT INTO "step_runs" VALUES(2,'failure',0,'alarm','note-effect','done',1,'evt_upgrade_2/failing/alarm','{"marker":"alarm"}','{"number":3}',NULL,NULL,1795517324143,1795517324144);
INSERT INTO "step_runs" VALUES(2,'main',0,'tell','http-request','failed',1,'evt_upgrade_2/failing/tell','{"method":"POST","url":"http://127.0.0.1:9/","headers":null,"body":null,"expect":"200-299"}',NULL,'http://127.0.0.1:9 could not be reached (Failed to connect to 127.0.0.1 port 9 after 0 ms: Couldn''t connect to server); nothing was sent','outside',1795517324125,1795517324127);
INSERT INTO "step_runs" VALUES(3,'main',0,'note','note-effect','done',1,'evt_upgrade_3/waiting/note','{"marker":"before"}','{"number":2}',NULL,NULL,1795517324143,1795517324144);
INSERT INTO "step_runs" VALUES(3,'main',1,'tell','http-request','failed',1,'evt_upgrade_3/waiting/tell','{"method":"POST","url":"http://127.0.0.1:9/","headers":null,"body":null,"expect":"200-299"}',NULL,'http://127.0.0.1:9 could not be reached (Failed to connect to 127.0.0.1 port 9 after 0 ms: Couldn''t connect to server); nothing was sent','outside',1795517324151,1795517324155);
INSERT INTO "step_runs" VALUES(5,'main',0,'tell','http-request','unsure',1,'evt_upgrade_5/doubtful/tell','{"method":"POST","url":"http://127.0.0.1:9/","headers":null,"body":null,"expect":"200-299"}',NULL,'http://127.0.0.1:9 took the request and did not answer (Empty reply from server); it may have acted',NULL,1795517324162,1795517324172);
CREATE TABLE webhook_events (
  seq              INTEGER PRIMARY KEY,
  id               TEXT NOT NULL UNIQUE,
  type             TEXT NOT NULL,
  status           TEXT NOT NULL
                   CHECK (status IN ('received', 'done', 'unmatched', 'held', 'failed')),
  livemode         INTEGER NOT NULL CHECK (livemode IN (0, 1)),
  account          TEXT,
  api_version      TEXT,
  object_id        TEXT,
  lane             TEXT NOT NULL,
  is_thin          INTEGER NOT NULL CHECK (is_thin IN (0, 1)),
  endpoint         TEXT NOT NULL,
  secret_slot      INTEGER NOT NULL,
  hold_reason      TEXT,
  created_at       INTEGER NOT NULL,
  received_at      INTEGER NOT NULL,
  deliveries       INTEGER NOT NULL DEFAULT 1,
  last_delivery_at INTEGER
) STRICT;
INSERT INTO "webhook_events" VALUES(1,'evt_upgrade_1','payment_intent.succeeded','done',0,NULL,'2026-10-28.endive','pi_1','pi_1',0,'default',1,NULL,1795517324000,1795517324119,2,1795517326175);
INSERT INTO "webhook_events" VALUES(2,'evt_upgrade_2','invoice.created','failed',0,NULL,'2026-10-28.endive','in_1','in_1',0,'default',1,NULL,1795517324000,1795517324123,1,NULL);
INSERT INTO "webhook_events" VALUES(3,'evt_upgrade_3','invoice.updated','received',0,NULL,'2026-10-28.endive','in_2','in_2',0,'default',1,NULL,1795517324000,1795517324126,1,NULL);
INSERT INTO "webhook_events" VALUES(4,'evt_upgrade_4','invoice.voided','failed',0,NULL,'2026-10-28.endive','in_3','in_3',0,'default',1,NULL,1795517324000,1795517324146,1,NULL);
INSERT INTO "webhook_events" VALUES(5,'evt_upgrade_5','invoice.paid','failed',0,NULL,'2026-10-28.endive','in_4','in_4',0,'default',1,NULL,1795517324000,1795517324155,1,NULL);
INSERT INTO "webhook_events" VALUES(6,'evt_upgrade_6','balance.available','unmatched',0,NULL,'2026-10-28.endive','b','b',0,'default',1,NULL,1795517324000,1795517324164,1,NULL);
INSERT INTO "webhook_events" VALUES(7,'evt_upgrade_7','payment_intent.succeeded','held',1,NULL,'2026-10-28.endive','pi_2','pi_2',0,'default',1,'it is a live event, endpoint "default" is for mode test',1795517324000,1795517324168,1,NULL);
CREATE TABLE workflow_runs (
  id            INTEGER PRIMARY KEY,
  event_seq     INTEGER NOT NULL REFERENCES webhook_events (seq),
  workflow      TEXT NOT NULL,
  version_id    INTEGER NOT NULL REFERENCES workflow_versions (id),
  replay        INTEGER NOT NULL DEFAULT 0,
  status        TEXT NOT NULL CHECK (status IN ('pending', 'running', 'waiting', 'succeeded',
                'failed', 'dead', 'skipped', 'unsure')),
  phase         TEXT NOT NULL DEFAULT 'main' CHECK (phase IN ('main', 'failure')),
  position      INTEGER NOT NULL DEFAULT 0,
  attempts      INTEGER NOT NULL DEFAULT 0,
  waiting_since INTEGER,
  due_at        INTEGER CHECK (due_at IS NOT NULL OR status <> 'waiting'),
  crashes       INTEGER NOT NULL DEFAULT 0,
  once_key      TEXT,
  reason        TEXT,
  fault         TEXT CHECK (fault IN ('sender', 'operator', 'outside', 'house')),
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL,
  finished_at   INTEGER,
  UNIQUE (event_seq, workflow, replay)
) STRICT;
INSERT INTO "workflow_runs" VALUES(1,1,'noting',4,0,'succeeded','main',0,1,NULL,NULL,0,NULL,NULL,NULL,1795517324121,1795517324121,1795517324121);
INSERT INTO "workflow_runs" VALUES(2,2,'failing',2,0,'dead','failure',0,1,NULL,NULL,0,NULL,'step tell failed: http://127.0.0.1:9 could not be reached (Failed to connect to 127.0.0.1 port 9 after 0 ms: Couldn''t connect to server); nothing was sent','outside',1795517324125,1795517324144,1795517324144);
INSERT INTO "workflow_runs" VALUES(3,3,'waiting',5,0,'waiting','main',1,1,NULL,1796005647185,0,NULL,'step tell failed: http://127.0.0.1:9 could not be reached (Failed to connect to 127.0.0.1 port 9 after 0 ms: Couldn''t connect to server); nothing was sent','outside',1795517324144,1795517324155,NULL);
INSERT INTO "workflow_runs" VALUES(4,4,'guarded',3,0,'dead','main',0,0,NULL,NULL,0,NULL,'the workflow''s guard cannot be evaluated: /tmp/mkv1/site/workflows/guarded.yaml:3:7: malformed JSON in "json(metadata ->> ''order'') IS NOT NULL"','operator',1795517324155,1795517324155,1795517324155);
INSERT INTO "workflow_runs" VALUES(5,5,'doubtful',1,0,'unsure','main',0,1,NULL,NULL,0,NULL,'step tell may or may not have happened: http://127.0.0.1:9 took the request and did not answer (Empty reply from server); it may have acted',NULL,1795517324162,1795517324172,1795517324172);
CREATE TABLE workflow_versions (
  id         INTEGER PRIMARY KEY,
  name       TEXT NOT NULL,
  hash       TEXT NOT NULL,
  source     TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (name, hash)
) STRICT;
INSERT INTO "workflow_versions" VALUES(1,'doubtful','bff7f21dcf294caa2134a7e8c18864c222c0040fc0aea3e2b1fb70ef64c089d0','name: doubtful
on: invoice.paid
steps:
  - id: tell
    uses: http-request
    with: { url: "http://127.0.0.1:9/", method: POST }
    when-unsure: stop
  - id: note
    uses: note-effect
    with: { marker: after }
',1795517324036);
INSERT INTO "workflow_versions" VALUES(2,'failing','50579ff9f766041d25b49044533dfc901621a0274244968ffe1c6118b0b9d698','name: failing
on: invoice.created
steps:
  - id: tell
    uses: http-request
    with: { url: "http://127.0.0.1:9/", method: POST }
    retry: { attempts: 1 }
  - id: note
    uses: note-effect
    with: { marker: after }
on-failure:
  - id: alarm
    uses: note-effect
    with: { marker: alarm }
',1795517324036);
INSERT INTO "workflow_versions" VALUES(3,'guarded','440d08d71ddedfb7578f363825abdc56914e122e1f671af86925c01d7cb77a3c','name: guarded
on: invoice.voided
when: json(metadata ->> ''order'') IS NOT NULL
steps:
  - uses: note-effect
    with: { marker: guarded }
',1795517324036);
INSERT INTO "workflow_versions" VALUES(4,'noting','4a2bc914576f12aceda671490d8493f3770d1f4cf5f510c9c0af89dbf150fa0a','name: noting
on: payment_intent.succeeded
steps:
  - id: note
    uses: note-effect
    with: { marker: "first" }
',1795517324036);
INSERT INTO "workflow_versions" VALUES(5,'waiting','7cbe7a51f612baa7928ccc701116668c0c917b3a72dc558449c33952c09daa28','name: waiting
on: invoice.updated
steps:
  - id: note
    uses: note-effect
    with: { marker: before }
  - id: tell
    uses: http-request
    with: { url: "http://127.0.0.1:9/", method: POST }
    retry: { attempts: 2, delay: 7d, factor: 1, max-delay: 7d }
',1795517324036);
CREATE INDEX events_needing_eyes ON webhook_events (seq) WHERE status IN ('held', 'failed');
CREATE INDEX runs_walkable ON workflow_runs (id) WHERE status IN ('pending', 'failed');
CREATE INDEX runs_due ON workflow_runs (due_at) WHERE status = 'waiting';
CREATE INDEX runs_running ON workflow_runs (id) WHERE status = 'running';
CREATE INDEX runs_given_up ON workflow_runs (id) WHERE status IN ('dead', 'unsure');
CREATE TRIGGER audit_log_keeps_rows BEFORE DELETE ON audit_log
BEGIN
  SELECT RAISE(ABORT, 'audit_log is append-only: no row may be deleted');
END;
CREATE TRIGGER audit_log_keeps_words BEFORE UPDATE ON audit_log
BEGIN
  SELECT RAISE(ABORT, 'audit_log is append-only: no row may be changed');
END;
CREATE INDEX credit_transactions_by_user ON credit_transactions (user_id, id);
CREATE INDEX credit_transactions_by_payment ON credit_transactions (payment, type);
CREATE UNIQUE INDEX credit_deposits_by_payment ON credit_transactions (payment)
WHERE type = 'deposit';
CREATE UNIQUE INDEX credit_deposits_by_payment_intent
ON credit_transactions (stripe_payment_intent_id) WHERE type = 'deposit';
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
CREATE INDEX orders_by_payment_intent ON orders (stripe_payment_intent_id);
CREATE INDEX orders_by_charge ON orders (stripe_charge_id);
CREATE INDEX orders_for_review ON orders (updated_at) WHERE review IS NOT NULL;
CREATE INDEX order_history_by_order ON order_history (order_id, reported, event_created, event_id);
-- The one that waits is due by now.
UPDATE workflow_runs SET due_at = 1 WHERE status = 'waiting';
COMMIT;
