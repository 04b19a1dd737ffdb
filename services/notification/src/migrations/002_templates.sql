ALTER TABLE notifications
  ADD COLUMN template text NOT NULL,
  ADD COLUMN order_id text,
  ADD CHECK (status IN ('queued', 'sent'));
