// A start of the built daemon by the installed command, until its first packet is sent, beside `node -e 0`, in turns. The
// first start finds no compiled code of the program yet. Figures are printed; nothing is judged here.
//   npm run build && node test/bench/startup.mjs [runs = 10] [driver]
// Needs root: the packet is seen by a raw socket, in a network namespace of the bench's own where nobody else pings.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import raw from 'raw-socket';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [runs = '10', driver] = process.argv.slice(2);

const targets = ['127.0.0.12', '127.0.0.13'];

if (!process.env.POP_SLA_BENCH_ALONE) {
  const inside = 'ip link set lo up && exec "$0" "$@"';
  const args = ['--net', 'sh', '-c', inside, process.execPath, ...process.argv.slice(1)];
  const env = { ...process.env, POP_SLA_BENCH_ALONE: '1' };
  process.exit(spawnSync('unshare', args, { stdio: 'inherit', env }).status ?? 1);
}

/** One for all starts: a raw socket that only a closure holds is collected, and hears nothing. */
const socket = raw.createSocket({ protocol: raw.Protocol.ICMP });
let onFirstEcho = () => undefined;
socket.on('message', (packet) => {
  const to = [...packet.subarray(16, 20)].join('.');
  const type = packet[(packet[0] & 15) * 4];
  if (type === 8 && targets.includes(to)) onFirstEcho(performance.now());
});

const folder = mkdtempSync(join(tmpdir(), 'pop-sla-bench-'));
const config = join(folder, 'config.yaml');
writeFileSync(
  config,
  readFileSync(join(root, 'config/pop-sla.yaml'), 'utf8')
    .replace('127.0.0.1:9720', '127.0.0.1:0')
    .replace('./data/', `${folder}/data/`)
    .concat(driver ? `driver: ${driver}\n` : ''),
);

/** One start; milliseconds from the spawn to the log line that it runs, and to the first packet. */
async function start() {
  const echo = new Promise((resolve) => (onFirstEcho = resolve));
  const began = performance.now();
  const daemon = spawn(process.execPath, [join(root, 'dist/src/main.js'), 'run', '--config', config], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, XDG_CACHE_HOME: folder },
  });
  const ended = new Promise((resolve) => daemon.once('exit', resolve));
  let runningMs = null;
  let used = '';
  createInterface(daemon.stdout).on('line', (line) => {
    if (!line.includes('is running')) return;
    runningMs = performance.now() - began;
    used = /"driver":"([^"]+)"/.exec(line)?.[1] ?? '';
  });
  const failed = ended.then((code) => {
    throw new Error(`it ended with ${code} before a packet was sent`);
  });
  const firstPacketMs = (await Promise.race([echo, failed])) - began;
  const cpu = readFileSync(`/proc/${daemon.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const hz = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  const cpuMs = ((Number(cpu[11]) + Number(cpu[12])) * 1000) / hz;
  failed.catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 300));
  daemon.kill('SIGTERM');
  await ended;
  return { runningMs, firstPacketMs, cpuMs, used };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const ms = (value) => (value === null ? 'not yet' : value.toFixed(0)).padStart(8);

/** Milliseconds that Node.js itself takes to start and end. */
function bare() {
  const began = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  return performance.now() - began;
}

try {
  const starts = [];
  const bares = [];
  for (let run = 0; run < Number(runs); run += 1) {
    bares.push(bare());
    starts.push(await start());
  }
  console.log(`cold start, ms, node ${process.version}, driver ${starts[0].used || driver || 'as shipped'}`);
  console.log('  run   "is running"   first packet   CPU until then');
  for (const [run, { runningMs, firstPacketMs, cpuMs }] of starts.entries()) {
    console.log(
      `  ${String(run).padStart(3)}       ${ms(runningMs)}       ${ms(firstPacketMs)}         ${ms(cpuMs)}`,
    );
  }
  const packets = starts.map((one) => one.firstPacketMs);
  console.log(
    `  first packet: median ${median(packets).toFixed(0)}, best ${Math.min(...packets).toFixed(0)}, ` +
      `worst ${Math.max(...packets).toFixed(0)} (goal: under 1000); ` +
      `${(median(packets) / median(bares)).toFixed(1)} times node -e 0, which takes ${median(bares).toFixed(0)}`,
  );
} finally {
  socket.close();
  rmSync(folder, { recursive: true, force: true });
}
