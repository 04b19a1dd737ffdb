CREATE TABLE shipments (
  id text PRIMARY KEY,
  order_id text NOT NULL UNIQUE,
  status text NOT NULL
);
