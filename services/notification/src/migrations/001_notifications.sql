CREATE TABLE notifications (
  id text PRIMARY KEY,
  user_id text NOT NULL,
  channel text NOT NULL CHECK (channel IN ('email', 'push')),
  status text NOT NULL
);
