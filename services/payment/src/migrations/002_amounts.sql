ALTER TABLE payments
  ADD COLUMN currency text NOT NULL,
  ADD COLUMN amount_minor bigint NOT NULL CHECK (amount_minor BETWEEN 0 AND 9007199254740991),
  ADD COLUMN captured_minor bigint NOT NULL CHECK (captured_minor IN (0, amount_minor)),
  ADD COLUMN refunded_minor bigint NOT NULL CHECK (refunded_minor BETWEEN 0 AND captured_minor),
  ADD COLUMN reason text,
  ADD CHECK (status IN ('pending', 'captured', 'failed', 'refunding', 'refunded'));

-- Services that share a server make the schema at the same time.
SELECT pg_advisory_xact_lock(727001, hashtext('audit'));
CREATE SCHEMA IF NOT EXISTS audit;
CREATE VIEW audit.payments AS
  SELECT order_id, id AS payment_id, currency, captured_minor, refunded_minor, status FROM payments;
