import type { Migration } from './migration.js';

/**
 * The sums of the sizes that count, for every path and eight hours, so that a month is read from some rows a day.
 * Eight hours, because the days of UTC, of UTC+8 and of UTC-8 are made of whole ones. Whatever adds or deletes sizes
 * changes their sums in the same transaction, for all sizes of a statement at once; a partition that is dropped goes
 * with that of its sums. Rows are changed in the order of the key, so that two programs can't deadlock. The sizes that
 * are there already are summed up now.
 */
export const sizeSums: Migration = {
  version: 9,
  sql: `
CREATE TABLE size_sum (
  path_id        bigint NOT NULL,
  since          bigint NOT NULL,              -- the beginning of the eight hours, epoch ms
  received       bigint NOT NULL,              -- this and the three below: as in the sizes that are summed up
  sent           bigint NOT NULL,
  sizes_with_latency smallint NOT NULL,
  sizes_with_loss    smallint NOT NULL,
  sizes          bigint NOT NULL,              -- how many they are
  rtt_sum_us     bigint NOT NULL,
  rtt_min_sum_us bigint NOT NULL,
  PRIMARY KEY (path_id, since, received, sent, sizes_with_latency, sizes_with_loss)
) PARTITION BY RANGE (since);

DO $$
DECLARE month record;
BEGIN
  FOR month IN
    SELECT replace(child.relname, 'size_', 'size_sum_') AS name, pg_get_expr(child.relpartbound, child.oid) AS bounds
    FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid WHERE inhparent = 'size'::regclass
  LOOP
    EXECUTE format('CREATE TABLE %I PARTITION OF size_sum %s', month.name, month.bounds);
  END LOOP;
END $$;

CREATE FUNCTION size_is_added_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO size_sum AS known (path_id, since, received, sent, sizes_with_latency, sizes_with_loss, sizes,
    rtt_sum_us, rtt_min_sum_us)
  SELECT path_id, slot - slot % 28800000, received, sent, sizes_with_latency, sizes_with_loss, count(*),
    sum(rtt_sum_us), coalesce(sum(rtt_min_us), 0)
  FROM added WHERE held = 1 AND sent > 0 GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
  ON CONFLICT (path_id, since, received, sent, sizes_with_latency, sizes_with_loss) DO UPDATE
  SET sizes = known.sizes + excluded.sizes, rtt_sum_us = known.rtt_sum_us + excluded.rtt_sum_us,
    rtt_min_sum_us = known.rtt_min_sum_us + excluded.rtt_min_sum_us;
  RETURN NULL;
END $$;
CREATE TRIGGER size_is_added_up AFTER INSERT ON size REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION size_is_added_up();

CREATE FUNCTION size_is_taken_off() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO size_sum AS known (path_id, since, received, sent, sizes_with_latency, sizes_with_loss, sizes,
    rtt_sum_us, rtt_min_sum_us)
  SELECT path_id, slot - slot % 28800000, received, sent, sizes_with_latency, sizes_with_loss, -count(*),
    -sum(rtt_sum_us), -coalesce(sum(rtt_min_us), 0)
  FROM gone WHERE held = 1 AND sent > 0 GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
  ON CONFLICT (path_id, since, received, sent, sizes_with_latency, sizes_with_loss) DO UPDATE
  SET sizes = known.sizes + excluded.sizes, rtt_sum_us = known.rtt_sum_us + excluded.rtt_sum_us,
    rtt_min_sum_us = known.rtt_min_sum_us + excluded.rtt_min_sum_us;
  DELETE FROM size_sum USING (SELECT DISTINCT path_id, slot - slot % 28800000 AS since FROM gone) AS touched
  WHERE size_sum.path_id = touched.path_id AND size_sum.since = touched.since AND sizes = 0;
  RETURN NULL;
END $$;
CREATE TRIGGER size_is_taken_off AFTER DELETE ON size REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION size_is_taken_off();

INSERT INTO size_sum (path_id, since, received, sent, sizes_with_latency, sizes_with_loss, sizes, rtt_sum_us,
  rtt_min_sum_us)
SELECT path_id, slot - slot % 28800000, received, sent, sizes_with_latency, sizes_with_loss, count(*), sum(rtt_sum_us),
  coalesce(sum(rtt_min_us), 0)
FROM size WHERE held = 1 AND sent > 0 GROUP BY 1, 2, 3, 4, 5, 6;
`,
};
