CREATE TABLE provider_operations (
  id text PRIMARY KEY,
  payment_id text NOT NULL,
  operation text NOT NULL CHECK (operation IN ('authorize', 'capture', 'refund', 'void')),
  currency text NOT NULL,
  minor bigint NOT NULL CHECK (minor >= 0),
  outcome text NOT NULL CHECK (outcome IN ('approved', 'declined')),
  reason text
);

-- Services that share a server make the schema at the same time.
SELECT pg_advisory_xact_lock(727001, hashtext('audit'));
CREATE SCHEMA IF NOT EXISTS audit;
CREATE VIEW audit.provider_ledger AS
  SELECT id AS key, payment_id, operation, currency, minor, outcome FROM provider_operations;
