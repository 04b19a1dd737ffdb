CREATE TABLE visitors (
  id text PRIMARY KEY,
  full_name text NOT NULL
);
