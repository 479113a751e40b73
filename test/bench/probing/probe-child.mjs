// One daemon's worth of probing in a process of its own, inside a namespace: rounds to many targets at a time, beside
// a main thread that is busy or not. Takes its job as JSON in the first argument; writes what it measured as JSON to
// the file the job names. `warmUpS` seconds of the same to other addresses go before: what is measured is a process
// that has been running for a while, as a daemon has.
import { setMaxListeners } from 'node:events';
import { writeFileSync } from 'node:fs';
import { openDriver } from '../../../dist/probes/kinds.js';
import { keepBusy } from './busy.mjs';

const job = JSON.parse(process.argv[2] ?? '{}');
const { kind, targets, sizes, count, intervalMs, lostAfterMs, lateWaitMs, busy, warmUpS = 0, out } = job;
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
const play = (addresses, packets) =>
  Promise.all(
    addresses.map(async (address, index) => {
      // Spread evenly over one interval of one stream's third: the daemon spreads its rounds, too.
      await clock.sleep((index * intervalMs) / sizes.length / addresses.length);
      const result = await driver.measure({
        address,
        sizes: sizes.map((bytes) => ({ bytes, icmpBytes: bytes })),
        count: packets,
        intervalMs,
        lostAfterMs,
        lateWaitMs,
        signal,
      });
      return { address, ...result };
    }),
  );
if (warmUpS > 0)
  await play(
    targets.map((_, index) => `10.77.200.${1 + index}`),
    Math.ceil((warmUpS * 1000) / intervalMs),
  );
const before = process.cpuUsage();
const startedAt = performance.now();
const rounds = await play(targets, count);
const seconds = (performance.now() - startedAt) / 1000;
const cpu = process.cpuUsage(before);
await idle();
await driver.close();
writeFileSync(out, JSON.stringify({ kind: driver.kind, rounds, seconds, cpuUs: cpu.user + cpu.system }));
