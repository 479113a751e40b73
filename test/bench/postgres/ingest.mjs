// Stores rounds by the port, as a process of its own: node ingest.mjs URL SLOTS → one line of JSON.
import { openPostgresStore } from '../../../dist/src/store/postgres/open.js';
import { figures } from './figures.mjs';

const [url, slots] = [process.argv[2], Number(process.argv[3])];
const pops = 200;
const everyMs = 1_800_000;
const firstSlot = Date.UTC(2026, 9, 1);
const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
const sizesOf = (meanUs) =>
  [64, 128, 512].map((bytes) => ({
    ...{ bytes, duplicates: 0, mismatched: 0 },
    packets: Array.from({ length: 100 }, () =>
      Math.random() < 0.003
        ? { kind: 'lost' }
        : { kind: 'received', rttUs: Math.max(0, Math.round(meanUs + bytes + 500 * normal())) },
    ),
  }));
const provenance = {
  ...{ driver: 'kernel', stamps: 'kernel', fallbackStamps: 0, socketDrops: 0, sendLagUs: 120 },
  calibration: null,
};
// Enough different ones; made before the clock runs.
const samples = Array.from({ length: 500 }, (_, n) => sizesOf(20_000 + 100 * n));
const paths = Array.from({ length: pops - 1 }, (_, n) => `HKG>P${String(n).padStart(4, '0')}`);

const store = await openPostgresStore({ url });
const before = figures().cpuSeconds;
const start = performance.now();
let rounds = 0;
const slotsAtOnce = 5; // as a backlog comes
for (let first = 0; first < slots; first += slotsAtOnce) {
  const together = Array.from({ length: slotsAtOnce }, (_, n) =>
    paths.map((path, index) => ({ path, index, n: first + n, slot: firstSlot + (first + n) * everyMs })),
  );
  const stored = await Promise.all(
    together.flat().map(({ path, index, n, slot }) =>
      store.rounds.put({
        ...{ path, slot, startedAt: slot + 500, endedAt: slot + 100_500, status: 'ok', reason: null },
        ...{ address: '192.0.2.1', lostAfterMs: 2000, provenance },
        sizes: samples[(n * 7 + index) % samples.length],
      }),
    ),
  );
  if (!stored.every((answer) => answer === 'stored')) throw new Error('a round was not stored');
  rounds += stored.length;
}
const seconds = (performance.now() - start) / 1000;
await store.close();
const { cpuSeconds, peakMib } = figures();
console.log(JSON.stringify({ rows: rounds * 3, seconds, cpuSeconds: cpuSeconds - before, peakMib }));
