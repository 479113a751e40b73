// What a probe kind costs: `node test/bench/probe.mjs [kind] [paths] [packets] [intervalMs]`, after a build, with the
// right to open its sockets. The paths go to addresses of 127/8, three sizes each, and start at random instants of one
// second, as the engine spreads them. Figures are for all processes of the kind together.
import { readFileSync } from 'node:fs';
import { openDriver } from '../../dist/probes/kinds.js';

const [kind = 'net-ping', paths = '199', packets = '100', intervalMs = '1000'] = process.argv.slice(2);
const ticksPerSecond = 100;

const read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};
const processes = () => [
  process.pid,
  ...read(`/proc/self/task/${process.pid}/children`).trim().split(' ').filter(Boolean),
];
/** User and system time of a process, seconds. */
const cpuSeconds = (pid) => {
  const fields = read(`/proc/${pid}/stat`)
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
};
const megabytes = (pid, key) =>
  Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(read(`/proc/${pid}/status`))?.[1]) / 1024;

const warn = (fields, message) => console.error(message, fields);
const clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
const driver = await openDriver(kind, { log: { debug() {}, info() {}, warn }, simulated: null, clock });
const pids = processes();
const cpuBefore = pids.map(cpuSeconds);
const startedMs = performance.now();
const results = await Promise.all(
  Array.from({ length: Number(paths) }, async (_, path) => {
    await clock.sleep(Math.random() * 1000);
    return driver.measure({
      address: `127.0.${1 + (path >> 8)}.${path & 255}`,
      sizes: [64, 128, 512].map((bytes) => ({ bytes, icmpBytes: bytes })),
      count: Number(packets),
      intervalMs: Number(intervalMs),
      lostAfterMs: 2000,
      lateWaitMs: 1000,
      signal: new AbortController().signal,
    });
  }),
);
const seconds = (performance.now() - startedMs) / 1000;
const cpu = pids.map((pid, index) => cpuSeconds(pid) - cpuBefore[index]);

const outcomes = {};
const rtts = [];
for (const packet of results.flatMap((result) => result.sizes.flatMap((size) => size.packets))) {
  outcomes[packet.kind] = (outcomes[packet.kind] ?? 0) + 1;
  if (packet.kind === 'received') rtts.push(packet.rttUs);
}
rtts.sort((a, b) => a - b);
const at = (share) => rtts[Math.min(rtts.length - 1, Math.floor(rtts.length * share))];
const worst = (key) => Math.max(...results.map((result) => result.provenance[key] ?? 0));
const total = cpu.reduce((sum, one) => sum + one, 0);
console.log(
  `${kind}: ${paths} paths, ${results.length * 3 * Number(packets)} packets in ${seconds.toFixed(1)} s`,
);
console.log(`  rounds     ${results.filter((result) => result.ended === 'completed').length} completed`);
console.log(`  packets    ${JSON.stringify(outcomes)}, socket drops at most ${worst('socketDrops')} a round`);
console.log(
  `  RTT        p50 ${at(0.5)} µs, p99 ${at(0.99)} µs, most ${at(1)} µs; sent at most ${worst('sendLagUs')} µs late`,
);
console.log(
  `  CPU        ${((100 * total) / seconds).toFixed(1)} % of a core (each process: ${cpu.map((one) => ((100 * one) / seconds).toFixed(1)).join(', ')}), ${((1e6 * total) / (results.length * 3 * Number(packets))).toFixed(0)} µs a packet`,
);
console.log(
  `  resident   ${pids.map((pid) => megabytes(pid, 'VmRSS').toFixed(0)).join(' + ')} MB now, most ${pids.map((pid) => megabytes(pid, 'VmHWM').toFixed(0)).join(' + ')} MB`,
);
await driver.close();
