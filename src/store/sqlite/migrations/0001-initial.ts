import type { Migration } from './migration.js';

/**
 * `round` and `packets` grow at their end, so a month of them is cheap to write, to list and to drop.
 * `size` lies path by path, so that a month of one path is one walk over neighbouring rows; it repeats what that walk
 * needs of the round (held, and two counts of sizes), so that it needs no other table.
 */
export const initial: Migration = {
  version: 1,
  sql: `
CREATE TABLE path (
  id            INTEGER PRIMARY KEY,
  name          TEXT NOT NULL UNIQUE,          -- SOURCE>DESTINATION
  first_seen_at INTEGER,                       -- when it was configured, epoch ms; null: it never was
  last_seen_at  INTEGER
) STRICT;

CREATE TABLE run (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  version      TEXT NOT NULL,
  started_at   INTEGER NOT NULL,               -- epoch ms, like the two below
  last_seen_at INTEGER NOT NULL,
  stopped_at   INTEGER                         -- null: did not end in order
) STRICT;

-- A round without its figures, or the mark of a slot that has none (status 'missing': only the reason stands).
CREATE TABLE round (
  slot            INTEGER NOT NULL,            -- epoch ms
  path_id         INTEGER NOT NULL REFERENCES path (id),
  status          TEXT NOT NULL,
  reason          TEXT,
  address         TEXT,
  started_at      INTEGER,                     -- epoch ms
  ended_at        INTEGER,                     -- epoch ms
  lost_after_ms   INTEGER,
  driver          TEXT,
  stamps          TEXT,
  fallback_stamps INTEGER,
  socket_drops    INTEGER,
  send_lag_us     REAL,
  calibration_p50_us REAL,
  calibration_p99_us REAL,
  packets_id      INTEGER,                     -- null: a missing mark, or the packets' retention has passed
  PRIMARY KEY (slot, path_id),
  CHECK (status = 'missing' OR (started_at IS NOT NULL AND ended_at IS NOT NULL AND lost_after_ms IS NOT NULL
    AND driver IS NOT NULL AND stamps IS NOT NULL AND fallback_stamps IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX round_of_path ON round (path_id, slot);
CREATE INDEX round_with_packets ON round (slot) WHERE packets_id IS NOT NULL;

-- One size of a round in integers.
CREATE TABLE size (
  path_id      INTEGER NOT NULL,
  slot         INTEGER NOT NULL,
  position     INTEGER NOT NULL,               -- its place in the round, from 0
  bytes        INTEGER NOT NULL,
  held         INTEGER NOT NULL CHECK (held IN (0, 1)), -- 1: the month counts its round
  sent         INTEGER NOT NULL,
  received     INTEGER NOT NULL,
  sizes_with_latency INTEGER NOT NULL,         -- of its round: those with received > 0
  sizes_with_loss    INTEGER NOT NULL,         -- of its round: those with sent > 0
  rtt_sum_us   INTEGER NOT NULL,
  rtt_min_us   INTEGER,
  rtt_max_us   INTEGER,
  late         INTEGER NOT NULL,
  errors       INTEGER NOT NULL,
  not_sent     INTEGER NOT NULL,
  duplicates   INTEGER NOT NULL,
  mismatched   INTEGER NOT NULL,
  PRIMARY KEY (path_id, slot, position),
  FOREIGN KEY (slot, path_id) REFERENCES round (slot, path_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Every packet of a round, packed; the first byte is the version of the packing. In the order of arrival and without
-- a key of their own, so that the pages are full: in the order of slot and path a fifth of them would stay empty.
CREATE TABLE packets (
  id     INTEGER PRIMARY KEY,
  packed BLOB NOT NULL
) STRICT;
CREATE TRIGGER round_takes_its_packets AFTER DELETE ON round WHEN OLD.packets_id IS NOT NULL
BEGIN DELETE FROM packets WHERE id = OLD.packets_id; END;

-- Holds a row for as long as a transaction: the question whether the store can be written.
CREATE TABLE probe (at INTEGER NOT NULL) STRICT;
`,
};
