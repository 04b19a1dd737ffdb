ALTER TABLE items
  ADD COLUMN shipped integer NOT NULL CHECK (shipped >= 0),
  ADD COLUMN received integer NOT NULL,
  ADD CHECK (on_hand + reserved + shipped = received);

CREATE TABLE reservations (
  id text PRIMARY KEY,
  saga_id text NOT NULL,
  status text NOT NULL CHECK (status IN ('held', 'failed', 'released', 'shipped')),
  items jsonb NOT NULL,
  expires_at text
);

-- Services that share a server make the schema at the same time.
SELECT pg_advisory_xact_lock(727001, hashtext('audit'));
CREATE SCHEMA IF NOT EXISTS audit;
CREATE VIEW audit.stock AS
  SELECT id AS sku, on_hand, reserved, shipped, received FROM items;
CREATE VIEW audit.reservations AS
  SELECT r.id AS order_id, i.sku, i.quantity, r.status
  FROM reservations r CROSS JOIN LATERAL jsonb_to_recordset(r.items) AS i (sku text, quantity integer);
