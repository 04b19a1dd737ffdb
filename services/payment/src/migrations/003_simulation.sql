-- The ledger of the simulated provider, where no provider has an address of its own.
CREATE TABLE provider_operations (
  id text PRIMARY KEY,
  payment_id text NOT NULL,
  operation text NOT NULL CHECK (operation IN ('authorize', 'capture', 'refund', 'void')),
  currency text NOT NULL,
  minor bigint NOT NULL CHECK (minor >= 0),
  outcome text NOT NULL CHECK (outcome IN ('approved', 'declined')),
  reason text
);
