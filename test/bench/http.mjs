// Every read route of a daemon with three months of a mesh behind it, each asked so often a second, and the mesh's
// figures drawn by a browser. Prints what each took; judges nothing.
//   npm run build && node test/bench/http.mjs [PoPs = 50] [requests/s = 50] [seconds = 6] [folder to keep] [only]
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { prepare } from './http/prepare.mjs';
import { asked, leftOut } from './http/routes.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [pops = '50', rate = '50', seconds = '6', kept, only] = process.argv.slice(2);
const folder = kept ?? mkdtempSync(join(tmpdir(), 'pop-sla-bench-'));
mkdirSync(folder, { recursive: true });

let daemon = null;
try {
  const known = await prepare({ folder, pops: Number(pops), say: console.log });
  const begun = performance.now();
  const started = await start(known.file);
  daemon = started.daemon;
  const bearer = (who) => ({ authorization: `Bearer ${known.tokens[who]}` });
  const read = async (path) =>
    (await fetch(`${started.address}${path}`, { headers: bearer('admin') })).json();
  console.log(
    `the daemon listens after ${((performance.now() - begun) / 1000).toFixed(1)} s, ${resident()} MiB`,
  );
  for (;;) {
    const { judgedAt, paths } = await read('/api/v1/mesh');
    if (judgedAt !== null && paths.length === known.paths) break;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  console.log(
    `the mesh is judged after ${((performance.now() - begun) / 1000).toFixed(1)} s, ${resident()} MiB`,
  );

  const rows = [];
  for (const { name, path, headers } of await requests(await read('/api/v1/openapi.json'), known, bearer)) {
    if (only && !name.includes(only)) continue;
    const first = await timed(`${started.address}${path}`, headers);
    const result = await autocannon({
      ...{ url: `${started.address}${path}`, headers, duration: Number(seconds) },
      // In reach of what a connection of its own would take each, and no more of them than a browser opens.
      ...{ connections: 5, overallRate: Number(rate), ignoreCoordinatedOmission: false },
    });
    rows.push({
      name,
      first,
      bytes: result.throughput.total / Math.max(1, result.requests.total),
      ...result,
    });
    print(rows.at(-1));
  }
  const worst = Math.max(...rows.map(({ latency }) => latency.p99));
  console.log(`worst p99: ${worst} ms; resident: ${resident()} MiB, at most ${peak()} MiB`);
} finally {
  if (daemon) {
    daemon.kill('SIGTERM');
    await new Promise((resolve) => daemon.once('exit', resolve));
  }
  if (!kept) rmSync(folder, { recursive: true, force: true });
}

async function start(file) {
  const flags = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    .scripts.start.split(' ')
    .slice(1);
  const child = spawn(process.execPath, [...flags, '--config', file], {
    ...{ cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  });
  const address = await new Promise((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      const { msg, http, level } = JSON.parse(line);
      if (level >= 40) console.log(line);
      if (msg === 'pop-sla is running') resolve(http);
    });
    child.once('exit', (code) => reject(new Error(`the daemon ended with ${code}`)));
  });
  return { daemon: child, address };
}

/** Every GET of the description, with what it has to be asked with. */
async function requests({ paths }, known, bearer) {
  const given = asked(known.months);
  return Object.entries(paths).flatMap(([template, { get }]) => {
    if (!get || leftOut.includes(get.operationId)) return [];
    return (given[get.operationId] ?? [{}]).map(({ params = {}, query, as = 'admin' }) => {
      const path = template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(params[name] ?? 'none'));
      const full = query ? `${path}?${query}` : path;
      return { name: `${full}${as === 'admin' ? '' : ` (${as})`}`, path: full, headers: bearer(as) };
    });
  });
}

async function timed(url, headers) {
  const begun = performance.now();
  const answer = await fetch(url, { headers });
  await answer.arrayBuffer();
  return { ms: performance.now() - begun, status: answer.status };
}

function print({ name, first, latency, requests: { total }, non2xx, errors, bytes }) {
  const ms = (value) => String(value.toFixed(0)).padStart(6);
  const strange = [
    ...(first.status === 200 ? [] : [`status ${first.status}`]),
    ...(non2xx > 0 ? [`${non2xx} not 2xx`] : []),
    ...(errors > 0 ? [`${errors} errors`] : []),
    ...(total < Number(rate) * Number(seconds) * 0.9 ? [`only ${total} answered`] : []),
    ...(latency.p99 > 100 ? ['OVER 100 ms'] : []),
  ];
  const kb = `${(bytes / 1024).toFixed(0)} KB`.padStart(8);
  console.log(
    `${ms(first.ms)} ${ms(latency.p50)} ${ms(latency.p99)} ${ms(latency.max)} ${kb}  ${name}  ${strange.join(', ')}`,
  );
}

function status(key) {
  const text = readFileSync(`/proc/${daemon.pid}/status`, 'utf8');
  return (Number(new RegExp(`${key}:\\s+(\\d+)`).exec(text)?.[1] ?? 0) / 1024).toFixed(0);
}

function resident() {
  return daemon === null ? '?' : status('VmRSS');
}

function peak() {
  return status('VmHWM');
}
