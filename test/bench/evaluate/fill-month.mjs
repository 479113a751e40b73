import Database from 'better-sqlite3';
import { openSqliteStore } from '../../../dist/src/store/sqlite/open.js';

const slots = 1488;
const everyMs = 1_800_000;
const firstSlot = Date.parse('2026-10-01T00:00:00+08:00');

/**
 * A month in the order in which it comes, so that the file is as scattered as a real one; past the port and its
 * commits, which would take an hour for ten million rows. No packets: the month does not read them. One round in 250 is
 * not held, and one in 1000 had no reply.
 */
export async function fillMonth(file, paths) {
  await openSqliteStore({ path: file }).then((store) => store.close());
  const db = new Database(file);
  for (const setting of [
    'synchronous = OFF',
    'journal_mode = OFF',
    'foreign_keys = OFF',
    'cache_size = -2000000',
  ]) {
    db.pragma(setting);
  }
  db.exec(`CREATE TEMP TABLE luck (path_id INTEGER PRIMARY KEY, held INTEGER, answered INTEGER);
    CREATE TEMP TABLE ping (position INTEGER PRIMARY KEY, bytes INTEGER);
    INSERT INTO ping VALUES (0, 64), (1, 128), (2, 512)`);
  const path = db.prepare('INSERT INTO path (id, name) VALUES (?, ?)');
  const forget = db.prepare('DELETE FROM luck');
  const draw = db.prepare(
    'INSERT INTO luck SELECT id, abs(random()) % 250 > 0, abs(random()) % 1000 > 0 FROM path',
  );
  const rounds = db.prepare(
    `INSERT INTO round (slot, path_id, status, address, started_at, ended_at, lost_after_ms, driver, stamps,
       fallback_stamps, socket_drops)
     SELECT :slot, path_id, CASE WHEN held THEN 'ok' ELSE 'invalid' END, '192.0.2.1', :slot + 500, :slot + 100500, 2000,
       'kernel', 'kernel', 0, 0 FROM luck`,
  );
  const sizes = db.prepare(
    `WITH row AS MATERIALIZED (
       SELECT path_id, position, bytes, held, answered, abs(random()) % 100 AS chance,
         20000 + path_id * 10 + abs(random()) % 500 AS mean_us
       FROM luck CROSS JOIN ping
     ), counted AS MATERIALIZED (
       SELECT *, CASE WHEN NOT answered THEN 0 WHEN chance < 60 THEN 100 WHEN chance < 90 THEN 99
         WHEN chance < 97 THEN 98 ELSE 97 END AS received FROM row
     )
     INSERT INTO size (path_id, slot, position, bytes, held, sent, received, sizes_with_latency, sizes_with_loss,
       rtt_sum_us, rtt_min_us, rtt_max_us, late, errors, not_sent, duplicates, mismatched)
     SELECT path_id, :slot, position, bytes, held, 100, received, CASE WHEN answered THEN 3 ELSE 0 END, 3,
       received * mean_us + abs(random()) % 100 * answered, CASE WHEN answered THEN mean_us - 900 END,
       CASE WHEN answered THEN mean_us + 900 END, 0, 0, 0, 0, 0
     FROM counted`,
  );
  db.transaction(() => {
    paths.forEach((name, n) => path.run(n + 1, name));
    for (let slot = firstSlot; slot < firstSlot + slots * everyMs; slot += everyMs) {
      forget.run();
      draw.run();
      rounds.run({ slot });
      sizes.run({ slot });
    }
  })();
  db.close();
  return paths.length * slots * 3;
}

/** The rounds of the store that a month has to hold, counted another way. */
export function heldIn(file, { from, to }) {
  const db = new Database(file, { readonly: true });
  const held = db
    .prepare("SELECT count(*) FROM round WHERE status = 'ok' AND slot >= ? AND slot < ?")
    .pluck();
  const count = held.get(from, to);
  db.close();
  return count;
}
