ALTER TABLE orders
  ADD COLUMN saga_id text NOT NULL UNIQUE,
  ADD COLUMN saga_status text NOT NULL CHECK (saga_status IN ('running', 'compensating', 'completed', 'compensated')),
  ADD COLUMN saga jsonb NOT NULL,
  ADD COLUMN items jsonb NOT NULL,
  ADD COLUMN currency text NOT NULL,
  ADD COLUMN total_minor bigint NOT NULL CHECK (total_minor BETWEEN 0 AND 9007199254740991),
  ADD COLUMN reason text,
  ADD CHECK (status IN ('PENDING', 'CONFIRMED', 'CANCELLED')),
  ADD CHECK ((status = 'CONFIRMED') = (saga_status = 'completed')),
  ADD CHECK ((status = 'CANCELLED') = (saga_status = 'compensated'));

-- Services that share a server make the schema at the same time.
SELECT pg_advisory_xact_lock(727001, hashtext('audit'));
CREATE SCHEMA IF NOT EXISTS audit;
CREATE VIEW audit.orders AS
  SELECT id AS order_id, customer_id, status, currency, total_minor FROM orders;
CREATE VIEW audit.sagas AS
  SELECT saga_id, id AS order_id, saga_status AS status, (saga ->> 'currentStep')::integer AS current_step FROM orders;
CREATE VIEW audit.saga_log AS
  SELECT substr(stream, 7) AS order_id, version AS position, type, payload ->> 'action' AS action, time
  FROM events
  WHERE stream LIKE 'order/%' AND type IN
    ('StepStarted', 'StepCompleted', 'StepFailed', 'CancellationRequested', 'CompensationStarted', 'StepCompensated');
