import type { Migration } from './migration.js';

/**
 * The sums of the sizes that count, for every path and eight hours, so that a month is read from some rows a day.
 * Eight hours, because the days of UTC, of UTC+8 and of UTC-8 are made of whole ones. Whatever adds or deletes a size
 * changes its sums in the same transaction. The sizes that are there already are added now, one by one in their order:
 * grouping them would sort them all, in a temporary file as large as they are.
 */
export const sizeSums: Migration = {
  version: 10,
  sql: `
CREATE TABLE size_sum (
  path_id        INTEGER NOT NULL,
  since          INTEGER NOT NULL,             -- the beginning of the eight hours, epoch ms
  received       INTEGER NOT NULL,             -- this and the three below: as in the sizes that are summed up
  sent           INTEGER NOT NULL,
  sizes_with_latency INTEGER NOT NULL,
  sizes_with_loss    INTEGER NOT NULL,
  sizes          INTEGER NOT NULL,             -- how many they are
  rtt_sum_us     INTEGER NOT NULL,
  rtt_min_sum_us INTEGER NOT NULL,
  PRIMARY KEY (path_id, since, received, sent, sizes_with_latency, sizes_with_loss)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER size_is_added_up AFTER INSERT ON size WHEN NEW.held = 1 AND NEW.sent > 0
BEGIN
  INSERT INTO size_sum (path_id, since, received, sent, sizes_with_latency, sizes_with_loss, sizes, rtt_sum_us,
    rtt_min_sum_us)
  VALUES (NEW.path_id, NEW.slot - NEW.slot % 28800000, NEW.received, NEW.sent, NEW.sizes_with_latency,
    NEW.sizes_with_loss, 1, NEW.rtt_sum_us, coalesce(NEW.rtt_min_us, 0))
  ON CONFLICT DO UPDATE SET sizes = sizes + 1, rtt_sum_us = rtt_sum_us + excluded.rtt_sum_us,
    rtt_min_sum_us = rtt_min_sum_us + excluded.rtt_min_sum_us;
END;

CREATE TRIGGER size_is_taken_off AFTER DELETE ON size WHEN OLD.held = 1 AND OLD.sent > 0
BEGIN
  UPDATE size_sum SET sizes = sizes - 1, rtt_sum_us = rtt_sum_us - OLD.rtt_sum_us,
    rtt_min_sum_us = rtt_min_sum_us - coalesce(OLD.rtt_min_us, 0)
  WHERE path_id = OLD.path_id AND since = OLD.slot - OLD.slot % 28800000 AND received = OLD.received
    AND sent = OLD.sent AND sizes_with_latency = OLD.sizes_with_latency AND sizes_with_loss = OLD.sizes_with_loss;
  DELETE FROM size_sum
  WHERE path_id = OLD.path_id AND since = OLD.slot - OLD.slot % 28800000 AND received = OLD.received
    AND sent = OLD.sent AND sizes_with_latency = OLD.sizes_with_latency AND sizes_with_loss = OLD.sizes_with_loss
    AND sizes = 0;
END;

INSERT INTO size_sum (path_id, since, received, sent, sizes_with_latency, sizes_with_loss, sizes, rtt_sum_us,
  rtt_min_sum_us)
SELECT path_id, slot - slot % 28800000, received, sent, sizes_with_latency, sizes_with_loss, 1, rtt_sum_us,
  coalesce(rtt_min_us, 0)
FROM size WHERE held = 1 AND sent > 0
ON CONFLICT DO UPDATE SET sizes = sizes + 1, rtt_sum_us = rtt_sum_us + excluded.rtt_sum_us,
  rtt_min_sum_us = rtt_min_sum_us + excluded.rtt_min_sum_us;
`,
};
