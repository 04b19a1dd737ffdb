-- The log of all events of the service. (tx, seq) is the order that every reader sees: readers stop below the oldest
-- transaction that still runs, so nothing can appear before what they have read.
CREATE TABLE events (
  stream text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
  seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  id text NOT NULL,
  type text NOT NULL,
  revision integer NOT NULL,
  payload json NOT NULL,
  topic text,
  key text,
  traceparent text,
  time timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (stream, version),
  CHECK ((topic IS NULL) = (key IS NULL))
);
CREATE UNIQUE INDEX events_order ON events (tx, seq);

CREATE TABLE snapshots (
  stream text COLLATE "C" PRIMARY KEY,
  version integer NOT NULL,
  revision integer NOT NULL,
  state json NOT NULL
);

-- Which messages this service has handled. A consumer has each message's effect once.
CREATE TABLE inbox (
  consumer text COLLATE "C" NOT NULL,
  event text COLLATE "C" NOT NULL,
  time timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (consumer, event)
);

-- Answers of requests that carry an idempotency key, byte for byte.
CREATE TABLE idempotency (
  scope text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  fingerprint text NOT NULL,
  status integer NOT NULL,
  headers json NOT NULL,
  body text NOT NULL,
  time timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (scope, key)
);

-- The relay and the projections: how far each has come, and which process leads it until when.
CREATE TABLE followers (
  name text COLLATE "C" PRIMARY KEY,
  owner text NOT NULL,
  until timestamptz NOT NULL,
  tx xid8 NOT NULL,
  seq bigint NOT NULL
);

-- What must be looked at when its time has come; handled by one process, which deletes it with the effect.
CREATE TABLE timers (
  name text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  due timestamptz NOT NULL,
  PRIMARY KEY (name, id)
);
CREATE INDEX timers_due ON timers (due);

CREATE TABLE dead_letters (
  consumer text COLLATE "C" NOT NULL,
  event text COLLATE "C" NOT NULL,
  topic text NOT NULL,
  key text NOT NULL,
  message json NOT NULL,
  error_class text NOT NULL,
  error text NOT NULL,
  attempts integer NOT NULL,
  time timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (consumer, event)
);
