// What a scrape of /metrics costs: milliseconds, bytes, series per path and memory at 199, 2,450 and 10,000 paths, with
// every family filled; then, as root, whether scrapes delay the packets of a round in flight (kernel driver, loopback).
// `npm run build && node --expose-gc test/bench/metrics.mjs`
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { openDriver } from '../../dist/probes/kinds.js';
import { ratio } from '../../dist/src/core/number.js';
import { systemClock } from '../../dist/src/engine/clock.js';
import { createMetrics } from '../../dist/src/metrics/metrics.js';

const run = promisify(execFile);
const slot = Date.UTC(2026, 9, 11);
const ids = (count) => {
  const pops = Math.ceil(Math.sqrt(count)) + 1;
  const all = [];
  for (let a = 0; a < pops; a += 1)
    for (let b = 0; b < pops && all.length < count; b += 1)
      if (a !== b) all.push(`POP${String(a).padStart(3, '0')}>POP${String(b).padStart(3, '0')}`);
  return all;
};
const packets = Array.from({ length: 100 }, (_, n) => ({ kind: 'received', rttUs: 20_000 + n * 7 }));
const provenance = {
  driver: 'bench',
  stamps: 'simulated',
  fallbackStamps: 0,
  socketDrops: 0,
  sendLagUs: 12,
  calibration: null,
};
const round = (path, at) => ({
  path,
  slot: at,
  startedAt: at,
  endedAt: at + 5_000,
  status: 'ok',
  reason: null,
  address: '192.0.2.1',
  lostAfterMs: 2_000,
  provenance,
  sizes: [64, 128, 512].map((bytes) => ({ bytes, packets, duplicates: 0, mismatched: 0 })),
});
const grade = {
  excess: ratio(5n),
  latencyBand: { id: 'normal', level: 0 },
  lossBand: { id: 'normal', level: 0 },
};
const window = { ...grade, latencyUs: ratio(20_349n, 3n), loss: ratio(1n, 7n), due: 1_000, held: 999 };
const heap = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

console.log(
  'paths  perSize  series/path  bytes      ms to answer (median of 9, worst)  worst stall ms  MiB of heap',
);
for (const perSize of [false, true])
  for (const count of [199, 2_450, 10_000]) {
    const before = heap();
    const metrics = createMetrics({ version: '0', node: process.version, driver: 'bench' });
    metrics.configure({ perSize, money: false, agent: { pop: 'HKG', role: 'standalone' }, pops: [] });
    const paths = ids(count);
    metrics.events.pathsChanged(paths);
    for (const path of paths) {
      metrics.events.roundStored(round(path, slot));
      metrics.standing.roundGraded(path, grade);
      metrics.standing.pathStanding(path, {
        plan: 'ctg-cloud-connection',
        commitmentUs: ratio(35_000n),
        day: window,
        month: window,
      });
    }
    const used = heap() - before;
    const text = await metrics.text();
    const series = text.split('\n').filter((line) => line.includes(`path="${paths[0]}"`)).length;
    const took = [];
    let stall = 0;
    for (let n = 0; n < 9; n += 1) {
      const begun = performance.now();
      let last = begun;
      let bytes = 0;
      for await (const piece of metrics.answer().pieces) {
        bytes += Buffer.byteLength(piece);
        stall = Math.max(stall, performance.now() - last);
        last = performance.now();
      }
      took.push(performance.now() - begun);
    }
    const worst = Math.max(...took);
    console.log(
      [
        count,
        perSize,
        series,
        Buffer.byteLength(text),
        `${median(took).toFixed(0)} (${worst.toFixed(0)})`,
        stall.toFixed(1),
        (used / 2 ** 20).toFixed(1),
      ]
        .map((cell, column) => String(cell).padEnd([7, 9, 13, 11, 35, 16][column] ?? 0))
        .join(''),
    );
  }

// The packets of a round in flight, while /metrics of 2,450 paths is asked for over and over through HTTP.
const driver = await openDriver('kernel', {
  log: { debug: () => 0, info: () => 0, warn: console.error },
  simulated: null,
  clock: systemClock,
}).catch((error) => {
  console.log(`no packets: ${error.message}`);
  process.exit(0);
});
const metrics = createMetrics({ version: '0', node: process.version, driver: 'bench' });
const paths = ids(2_450);
metrics.events.pathsChanged(paths);
for (const path of paths) {
  metrics.events.roundStored(round(path, slot));
  metrics.standing.pathStanding(path, {
    plan: 'ctg-cloud-connection',
    commitmentUs: ratio(35_000n),
    day: window,
    month: window,
  });
}
const server = createServer((request, response) => {
  const { contentType, pieces } = metrics.answer(request.headers.accept);
  response.setHeader('content-type', contentType);
  Readable.from(pieces, { objectMode: false }).pipe(response);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}/metrics`;

async function flight(scraping) {
  const stop = new AbortController();
  const took = [];
  const scrapes = (async () => {
    while (scraping && !stop.signal.aborted) {
      const begun = performance.now();
      // In a process of its own, as Prometheus is.
      await run('curl', ['-so', '/dev/null', url]);
      took.push(performance.now() - begun);
    }
  })();
  const { sizes: measured, provenance: of } = await driver.measure({
    address: '127.0.0.1',
    sizes: [64, 128, 512].map((bytes) => ({ bytes, icmpBytes: bytes })),
    count: 500,
    intervalMs: 10,
    lostAfterMs: 2_000,
    lateWaitMs: 0,
    signal: stop.signal,
  });
  stop.abort();
  await scrapes;
  const rtts = measured
    .flatMap((size) => size.packets.flatMap((packet) => (packet.kind === 'received' ? [packet.rttUs] : [])))
    .sort((a, b) => a - b);
  const at = (share) => rtts[Math.floor((rtts.length - 1) * share)];
  return [
    rtts.length,
    at(0.5),
    at(0.99),
    at(1),
    of.sendLagUs,
    took.length,
    took.length > 0 ? median(took).toFixed(0) : '-',
  ];
}

console.log(
  '\nscraping  received of 1500  RTT p50 us  p99  max  worst send lag us  scrapes  ms a scrape (with curl)',
);
for (const scraping of [false, true, false, true])
  console.log(
    [scraping, ...(await flight(scraping))]
      .map((cell, column) => String(cell).padEnd([10, 18, 12, 5, 5, 19, 9][column] ?? 0))
      .join(''),
  );
server.close();
await driver.close();
