// Every read route of a daemon with three months of a mesh behind it, each asked so often a second, and the mesh's
// figures drawn by a browser. Prints what each took; judges nothing.
//   npm run build && node test/bench/http.mjs [PoPs = 50] [requests/s = 50] [seconds = 6] [folder to keep] [only: a pattern]
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { startDaemon } from './http/daemon.mjs';
import { paced, percentile } from './http/paced.mjs';
import { prepare } from './http/prepare.mjs';
import { asked, leftOut } from './http/routes.mjs';

const [pops = '50', rate = '50', seconds = '6', kept, only] = process.argv.slice(2);
const folder = kept ?? mkdtempSync(join(tmpdir(), 'pop-sla-bench-'));
mkdirSync(folder, { recursive: true });

let daemon = null;
try {
  const known = await prepare({ folder, pops: Number(pops), say: console.log });
  const begun = performance.now();
  daemon = await startDaemon(known.file);
  const bearer = (who) => ({ authorization: `Bearer ${known.tokens[who]}` });
  const read = async (path) => (await fetch(`${daemon.address}${path}`, { headers: bearer('admin') })).json();
  console.log(
    `the daemon listens after ${((performance.now() - begun) / 1000).toFixed(1)} s, ${resident()} MiB`,
  );
  await daemon.judged(known.paths, bearer('admin'));
  console.log(
    `the mesh is judged after ${((performance.now() - begun) / 1000).toFixed(1)} s, ${resident()} MiB`,
  );

  // What was stored while it was away is judged beside the rest: not what is measured here.
  await daemon.settled();
  console.log(
    `nothing is left to do after ${((performance.now() - begun) / 1000).toFixed(1)} s, ${resident()} MiB`,
  );

  console.log('ms asked once; p50, p99, max of even requests; p50, p99 of bursts of five; CPU; size; route');
  const rows = [];
  for (const { name, path, headers } of await requests(await read('/api/v1/openapi.json'), known, bearer)) {
    if (only && !new RegExp(only).test(name)) continue;
    const first = await timed(`${daemon.address}${path}`, headers);
    const before = daemon.cpuMs();
    const even = await paced({
      ...{ url: `${daemon.address}${path}`, headers, rate: Number(rate), seconds: Number(seconds) },
    });
    const cpu = (daemon.cpuMs() - before) / even.length;
    const result = await autocannon({
      ...{ url: `${daemon.address}${path}`, headers, duration: Number(seconds) },
      // It sends those of a second at its beginning: as if somebody's page asked for five things at once, again and again.
      ...{ connections: 5, overallRate: Number(rate), ignoreCoordinatedOmission: false },
    });
    rows.push({
      name,
      ...{ first, cpu, even },
      bytes: result.throughput.total / Math.max(1, result.requests.total),
      ...result,
    });
    print(rows.at(-1));
  }
  const worst = Math.max(...rows.map(({ even }) => percentile(even, 99)));
  console.log(`worst p99: ${worst} ms; resident: ${resident()} MiB, at most ${peak()} MiB`);
} finally {
  await daemon?.stop();
  if (!kept) rmSync(folder, { recursive: true, force: true });
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

function print({ name, first, cpu, even, latency, requests: { total }, non2xx, errors, bytes }) {
  const ms = (value) => String(value.toFixed(0)).padStart(6);
  const p99 = percentile(even, 99);
  const strange = [
    ...(first.status === 200 ? [] : [`status ${first.status}`]),
    ...(non2xx > 0 ? [`${non2xx} not 2xx`] : []),
    ...(errors > 0 ? [`${errors} errors`] : []),
    ...(total < Number(rate) * Number(seconds) * 0.9 ? [`only ${total} answered`] : []),
    ...(p99 > 100 ? ['OVER 100 ms'] : latency.p99 > 100 ? ['over 100 ms in bursts'] : []),
  ];
  const kb = `${(bytes / 1024).toFixed(0)} KB`.padStart(8);
  const evenly = `${ms(percentile(even, 50))} ${ms(p99)} ${ms(even.at(-1))}`;
  const bursts = `${ms(latency.p50)} ${ms(latency.p99)}`;
  console.log(
    `${ms(first.ms)}  ${evenly}  ${bursts}  ${cpu.toFixed(1).padStart(6)} ${kb}  ${name}  ${strange.join(', ')}`,
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
