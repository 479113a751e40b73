// One daemon's worth of probing in a process of its own, inside a namespace: rounds to many targets at a time, beside
// a main thread that is busy or not. Takes its job as JSON in the first argument; writes what it measured as JSON to
// the file the job names.
import { setMaxListeners } from 'node:events';
import { writeFileSync } from 'node:fs';
import { openDriver } from '../../../dist/probes/kinds.js';
import { keepBusy } from './busy.mjs';

const job = JSON.parse(process.argv[2] ?? '{}');
const { kind, targets, sizes, count, intervalMs, lostAfterMs, lateWaitMs, busy, out } = job;
const log = {
  debug() {},
  info() {},
  warn: (fields, text) => process.stderr.write(`${text} ${JSON.stringify(fields)}\n`),
};
const clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

const driver = await openDriver(kind, { log, simulated: null, clock });
const idle = busy ? await keepBusy() : async () => {};
const { signal } = new AbortController();
setMaxListeners(0, signal);
const before = process.cpuUsage();
const startedAt = performance.now();
const rounds = await Promise.all(
  targets.map(async (address, index) => {
    // Spread evenly over one interval of one stream's third: the daemon spreads its rounds, too.
    await clock.sleep((index * intervalMs) / sizes.length / targets.length);
    const result = await driver.measure({
      address,
      sizes: sizes.map((bytes) => ({ bytes, icmpBytes: bytes })),
      count,
      intervalMs,
      lostAfterMs,
      lateWaitMs,
      signal,
    });
    return { address, ...result };
  }),
);
const seconds = (performance.now() - startedAt) / 1000;
const cpu = process.cpuUsage(before);
await idle();
await driver.close();
writeFileSync(out, JSON.stringify({ kind: driver.kind, rounds, seconds, cpuUs: cpu.user + cpu.system }));
