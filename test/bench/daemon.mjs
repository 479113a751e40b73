// The whole daemon at its design size: 199 paths × 3 sizes × 100 packets, a packet a second on each stream, real ICMP
// to loopback addresses. Prints CPU, memory, loss and how late packets left; judges nothing.
//   npm run build && node test/bench/daemon.mjs [paths = 199] [driver = auto]
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [paths = '199', driver = 'auto'] = process.argv.slice(2);
const count = Number(paths);

const folder = mkdtempSync(join(tmpdir(), 'pop-sla-bench-'));
const config = join(folder, 'config.yaml');
const pops = Array.from({ length: count }, (_, index) => {
  const address = `127.1.${Math.floor(index / 250)}.${1 + (index % 250)}`;
  return `  - { id: P${index}, ipv4: ${address} }\n`;
});
writeFileSync(
  config,
  `agent: HERE\npops:\n  - { id: HERE, ipv4: 127.0.0.11 }\n${pops.join('')}` +
    `driver: ${driver}\nstore: { path: ${folder}/pop-sla.db }\nhttp: { listen: 127.0.0.1:0 }\n`,
);

/** CPU seconds and resident MiB of a process and its children. */
function usage(pid) {
  const children = readdirSync('/proc').filter((name) => {
    try {
      return (
        /^\d+$/.test(name) &&
        readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === `${pid}`
      );
    } catch {
      return false;
    }
  });
  let cpu = 0;
  let resident = 0;
  for (const one of [pid, ...children]) {
    const fields = readFileSync(`/proc/${one}/stat`, 'utf8').split(') ')[1].split(' ');
    cpu += (Number(fields[11]) + Number(fields[12])) / 100;
    resident += Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${one}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  }
  return { cpu, resident };
}

// As `npm start` runs it.
const start = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  .scripts.start.split(' ')
  .slice(1);
const daemon = spawn(process.execPath, [...start, '--config', config], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const rounds = [];
let address = '';
let used = '';
let first = null;
const done = new Promise((resolve) => {
  createInterface(daemon.stdout).on('line', (line) => {
    const entry = JSON.parse(line);
    if (entry.msg === 'pop-sla is running') {
      address = entry.http;
      used = entry.driver;
      first = { at: performance.now(), ...usage(daemon.pid) };
    }
    if (entry.msg?.startsWith('round stored')) rounds.push(entry);
    if (rounds.length === count) resolve();
  });
  daemon.once('exit', resolve);
});
/** Of each second, from the start of the program on. */
const resident = [];
const sampling = setInterval(() => {
  resident.push(usage(daemon.pid).resident);
}, 1000);
await done;
clearInterval(sampling);
const last = { at: performance.now(), ...usage(daemon.pid) };
const metrics = await (await fetch(`${address}/metrics`)).text();
daemon.kill('SIGTERM');
await new Promise((resolve) => daemon.once('exit', resolve));
rmSync(folder, { recursive: true });

const seconds = (last.at - first.at) / 1000;
const statuses = groups(rounds);
const lossy = rounds.filter((round) => Object.values(round.lossPpm).some((ppm) => ppm !== 0)).length;
const lag = (le) => metrics.match(new RegExp(`send_lag_seconds_bucket\\{le="${le}"\\} (\\d+)`))?.[1];
console.log(
  `driver ${used}, ${count} paths × 300 packets, ${rounds.length} rounds in ${seconds.toFixed(0)} s`,
);
console.log(`statuses: ${[...statuses].map(([status, list]) => `${status} ${list.length}`).join(', ')}`);
console.log(`rounds with a loss on loopback, which loses nothing: ${lossy}`);
console.log(`CPU: ${(((last.cpu - first.cpu) / seconds) * 100).toFixed(1)} % of one core`);
const startSeconds = 10;
const most = (list) => Math.max(...list).toFixed(0);
const behind = resident.slice(startSeconds).sort((a, b) => a - b);
console.log(
  `resident, all its processes: ${most(resident.slice(0, startSeconds))} MiB at most in the first ${startSeconds} s, ` +
    `then ${behind[Math.floor(behind.length / 2)].toFixed(0)} (median) and ${most(behind)} at most`,
);
console.log(
  `latest packet of a round within 1 ms: ${lag('0.001')}, within 5 ms: ${lag('0.005')} of ${rounds.length} rounds`,
);

function groups(list) {
  const map = new Map();
  for (const each of list) map.set(each.status, [...(map.get(each.status) ?? []), each]);
  return map;
}
