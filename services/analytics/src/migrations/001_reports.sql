CREATE TABLE reports (
  id text PRIMARY KEY,
  kind text NOT NULL,
  period text NOT NULL
);
