// What the store costs. Figures are printed; nothing is judged here.
//   npm run build && node test/bench/store.mjs [paths of the filled month = 200]
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openSqliteStore } from '../../dist/src/store/sqlite/open.js';
import { encodePackets } from '../../dist/src/store/packets/codec.js';

const monthPaths = Number(process.argv[2] ?? 200);
const slots = 1488;
const everyMs = 1_800_000;
const firstSlot = Date.UTC(2026, 9, 1);
const folder = mkdtempSync(join(tmpdir(), 'pop-sla-bench-'));

/** Normal jitter about the mean: of 0.5 ms, the widest that the size of a packet is promised for, unless told. */
const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
const usual = { deviationUs: 500, loss: 0.003 };
const packetsOf = (count, meanUs, { deviationUs, loss }) =>
  Array.from({ length: count }, () =>
    Math.random() < loss
      ? { kind: 'lost' }
      : { kind: 'received', rttUs: Math.max(0, Math.round(meanUs + deviationUs * normal())) },
  );
const sizesOf = (count, meanUs, kind = usual) =>
  [64, 128, 512].map((bytes) => ({
    bytes,
    packets: packetsOf(count, meanUs + bytes, kind),
    duplicates: 0,
    mismatched: 0,
  }));
const roundOf = (path, slot, sizes) => ({
  path: `HKG>P${String(path).padStart(4, '0')}`,
  slot,
  startedAt: slot + 500,
  endedAt: slot + 100_500,
  status: 'ok',
  reason: null,
  address: `192.0.2.${path % 250}`,
  lostAfterMs: 2000,
  provenance: {
    driver: 'simulated',
    stamps: 'simulated',
    fallbackStamps: 0,
    socketDrops: 0,
    sendLagUs: 120,
    calibration: null,
  },
  sizes,
});
const timed = async (work) => {
  const start = process.hrtime.bigint();
  const result = await work();
  return [Number(process.hrtime.bigint() - start) / 1e6, result];
};
const rssMb = () => Math.round(process.memoryUsage.rss() / 2 ** 20);
/** The longest that a timer had to wait: what the daemon's other work feels. */
const watchLoop = () => {
  let worst = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    worst = Math.max(worst, performance.now() - last - 5);
    last = performance.now();
  }, 5);
  return () => {
    clearInterval(timer);
    return worst.toFixed(1);
  };
};

async function storeSlots() {
  const file = join(folder, 'rounds.db');
  const store = await openSqliteStore({ path: file });
  const together = [];
  const apart = [];
  for (let n = 0; n < 10; n += 1) {
    const rounds = Array.from({ length: 199 }, (_, path) =>
      roundOf(path, firstSlot + n * everyMs, sizesOf(100, 35_000)),
    );
    const [ms] = await timed(() => Promise.all(rounds.map((round) => store.rounds.put(round))));
    together.push(ms);
  }
  for (let n = 10; n < 13; n += 1) {
    const rounds = Array.from({ length: 199 }, (_, path) =>
      roundOf(path, firstSlot + n * everyMs, sizesOf(100, 35_000)),
    );
    const [ms] = await timed(async () => {
      for (const round of rounds) await store.rounds.put(round);
    });
    apart.push(ms);
  }
  const list = (values) => values.map((ms) => ms.toFixed(0)).join(' ');
  console.log(`199 rounds × 300 packets, all ending at once, ms in all: ${list(together)}`);
  console.log(`199 rounds × 300 packets, one after another (a commit each), ms in all: ${list(apart)}`);
  for (const kind of [
    { ...usual, deviationUs: 50 },
    usual,
    { ...usual, deviationUs: 5000 },
    { ...usual, loss: 0.03 },
  ]) {
    const bytes = Array.from({ length: 500 }, () => encodePackets(sizesOf(100, 35_000, kind)).length / 300);
    const least = entropyBytes(kind);
    console.log(
      `bytes a packet at ${kind.deviationUs / 1000} ms deviation and ${kind.loss * 100} % loss: mean ` +
        `${mean(bytes).toFixed(3)}, most ${Math.max(...bytes).toFixed(3)}; entropy ${least.toFixed(3)}, ` +
        `mean over it by ${((mean(bytes) / least - 1) * 100).toFixed(1)} %`,
    );
  }
  await store.upkeep.checkpoint();
  const size = await store.upkeep.sizeBytes();
  console.log(`bytes a round in the file, all tables: ${(size / (13 * 199)).toFixed(0)}`);
  await store.close();
}

/**
 * The least that any code takes for a packet on average when it knows the mean and the deviation beforehand: the entropy
 * of whether it is lost, and of a normal residual in whole microseconds.
 */
function entropyBytes({ deviationUs, loss }) {
  const ofLoss = -(loss * Math.log2(loss) + (1 - loss) * Math.log2(1 - loss));
  return (ofLoss + (1 - loss) * Math.log2(deviationUs * Math.sqrt(2 * Math.PI * Math.E))) / 8;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * A month in the order in which it comes, so that the file is as scattered as a real one; past the port and its
 * commits, which would take an hour for ten million rows. No packets: the month does not read them.
 */
async function fillMonth(file) {
  await openSqliteStore({ path: file }).then((store) => store.close());
  const db = new Database(file);
  db.pragma('synchronous = OFF');
  db.pragma('foreign_keys = OFF');
  const path = db.prepare('INSERT INTO path (id, name) VALUES (?, ?)');
  const round = db.prepare(
    `INSERT INTO round (slot, path_id, status, address, started_at, ended_at, lost_after_ms, driver, stamps,
       fallback_stamps, socket_drops) VALUES (?, ?, 'ok', '192.0.2.1', ?, ?, 2000, 'net-ping', 'user', 0, 0)`,
  );
  const size = db.prepare(
    `INSERT INTO size (path_id, slot, position, bytes, held, sent, received, sizes_with_latency, sizes_with_loss,
       rtt_sum_us, rtt_min_us, rtt_max_us, late, errors, not_sent, duplicates, mismatched)
     VALUES (?, ?, ?, ?, 1, 100, ?, 3, 3, ?, ?, ?, 0, 0, 0, 0, 0)`,
  );
  const fillSlot = db.transaction((slot) => {
    for (let id = 1; id <= monthPaths; id += 1) {
      round.run(slot, id, slot + 500, slot + 100_500);
      [64, 128, 512].forEach((bytes, position) => {
        const luck = Math.random();
        const received = luck < 0.6 ? 100 : luck < 0.9 ? 99 : luck < 0.97 ? 98 : 97;
        const meanUs = 20_000 + id * 50 + Math.random() * 500;
        size.run(
          id,
          slot,
          position,
          bytes,
          received,
          Math.round(received * meanUs),
          Math.round(meanUs) - 900,
          Math.round(meanUs) + 900,
        );
      });
    }
  });
  const [ms] = await timed(() => {
    for (let id = 1; id <= monthPaths; id += 1) path.run(id, `HKG>P${String(id).padStart(4, '0')}`);
    for (let n = 0; n < slots; n += 1) fillSlot(firstSlot + n * everyMs);
  });
  db.close();
  const fileMib = statSync(file).size / 2 ** 20;
  console.log(
    `filled ${monthPaths * slots * 3} size rows in ${(ms / 1000).toFixed(0)} s, ${fileMib.toFixed(0)} MiB`,
  );
}

async function month() {
  const file = join(folder, 'month.db');
  await fillMonth(file);
  const store = await openSqliteStore({ path: file, readOnly: true });
  for (let run = 0; run < 3; run += 1) {
    const loop = watchLoop();
    const query = { from: firstSlot, to: firstSlot + slots * everyMs };
    const cpu = process.cpuUsage();
    const [ms, sums] = await timed(() => store.rounds.monthSums(query));
    const { user, system } = process.cpuUsage(cpu);
    const groups = sums.reduce((count, path) => count + path.latency.length, 0);
    console.log(
      `month sums of ${sums.length} paths, ${monthPaths * slots * 3} size rows: ${(ms / 1000).toFixed(2)} s ` +
        `(${((user + system) / 1e6).toFixed(2)} s of CPU), ` +
        `${groups} groups, longest wait of the event loop ${loop()} ms, RSS ${rssMb()} MiB`,
    );
  }
  const day = { from: firstSlot, to: firstSlot + 48 * everyMs };
  const [listMs, listed] = await timed(() => store.rounds.list({ ...day, limit: 200 }));
  const [pathMs] = await timed(() => store.rounds.list({ path: 'HKG>P0001', limit: 200 }));
  console.log(
    `a list of ${listed.length}: ${listMs.toFixed(1)} ms of all paths, ${pathMs.toFixed(1)} ms of one`,
  );
  await store.close();

  const writable = await openSqliteStore({ path: file });
  const loop = watchLoop();
  const [ms, swept] = await timed(() =>
    writable.upkeep.sweep(firstSlot + 48 * everyMs, firstSlot + 48 * everyMs),
  );
  console.log(
    `sweep of a day, ${swept.rowsDeleted} rounds: ${(ms / 1000).toFixed(2)} s, longest wait of the event loop ${loop()} ms`,
  );
  const [backupMs, { bytes }] = await timed(() => writable.upkeep.backup(join(folder, 'copy.db')));
  console.log(`backup of ${(bytes / 2 ** 20).toFixed(0)} MiB, checked: ${(backupMs / 1000).toFixed(1)} s`);
  await writable.close();
}

try {
  await storeSlots();
  if (monthPaths > 0) await month();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
