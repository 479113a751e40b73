import { spawn } from 'node:child_process';
import { parseFping } from '../../../probes/fping/output.js';
import type { Namespace } from '../../lab/namespace.js';

/** RTTs by target in the order of sending, microseconds; null: no reply. And the tool's CPU time a packet. */
export interface ToolRun {
  readonly rttsUs: ReadonlyMap<string, readonly (number | null)[]>;
  readonly cpuUs: number;
}

/** User and system seconds, as bash's `time` prints them at the end. */
const timed = (command: string): string[] => ['bash', '-c', `TIMEFORMAT='cpu %U %S'; time ${command}`];
function cpuOf(stderr: string, packets: number): number {
  const match = /^cpu ([\d.]+) ([\d.]+)$/m.exec(stderr);
  return match ? ((Number(match[1]) + Number(match[2])) * 1e6) / packets : NaN;
}

export async function fpingRun(
  namespace: Namespace,
  targets: readonly string[],
  count: number,
  periodMs: number,
): Promise<ToolRun> {
  const gapMs = Math.max(0.1, Math.floor((periodMs / targets.length) * 100) / 100);
  const { stderr } = await namespace.run(
    timed(`fping -q -C ${count} -p ${periodMs} -i ${gapMs} -t 3000 -r 0 -b 56 ${targets.join(' ')}`),
    { timeoutMs: 600_000 },
  );
  const rttsUs = new Map<string, (number | null)[]>();
  for (const line of stderr.split('\n')) {
    const rtts = parseFping(line);
    const target = line.split(' ')[0] ?? '';
    if (rtts)
      rttsUs.set(
        target,
        rtts.map((ns) => (ns === null ? null : ns / 1000)),
      );
  }
  return { rttsUs, cpuUs: cpuOf(stderr, targets.length * count) };
}

/** A process per target, started one after the other over one period. */
export async function pingRun(
  namespace: Namespace,
  targets: readonly string[],
  count: number,
  periodMs: number,
): Promise<ToolRun> {
  const script = targets
    .map(
      (target) =>
        `ping -n -W 3 -c ${count} -i ${periodMs / 1000} -s 56 ${target} & sleep ${periodMs / 1000 / targets.length}`,
    )
    .join('\n');
  const { stdout, stderr } = await namespace.run(timed(`{ ${script}\nwait; }`), { timeoutMs: 600_000 });
  const rttsUs = new Map<string, (number | null)[]>(
    targets.map((target) => [target, new Array<number | null>(count).fill(null)]),
  );
  for (const [, target = '', sequence, ms] of stdout.matchAll(
    /from (\S+): icmp_seq=(\d+) .*time=([\d.]+) ms/g,
  )) {
    const rtts = rttsUs.get(target);
    if (rtts) rtts[Number(sequence) - 1] = Number(ms) * 1000;
  }
  return { rttsUs, cpuUs: cpuOf(stderr, targets.length * count) };
}

/** What smokeping_prober's histograms say after some seconds: their quantiles, microseconds, as bounds of a bucket. */
export async function smokepingRun(
  namespace: Namespace,
  targets: readonly string[],
  seconds: number,
  periodMs: number,
  delayMs: number,
): Promise<{ p50: number; p99: number }> {
  // Fine buckets from the delay on: 10 µs apart for 3 ms, then coarser.
  const above = [...Array.from({ length: 300 }, (_, index) => (index + 1) * 10), 5000, 10_000, 100_000];
  const buckets = above.map((us) => (delayMs * 1000 + us) / 1e6).join(',');
  const argv = [
    ...namespace.prefix,
    ...['prometheus-smokeping-prober', `--buckets=${buckets}`, `--ping.interval=${periodMs}ms`],
    ...['--privileged', '--web.listen-address=127.0.0.1:19374', ...targets],
  ];
  const child = spawn(argv[0] ?? '', argv.slice(1), { stdio: 'ignore' });
  try {
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const { body } = await namespace.get('http://127.0.0.1:19374/metrics');
    const counts = new Map<number, number>();
    for (const [, le, count] of body.matchAll(
      /^smokeping_response_duration_seconds_bucket\{.*le="([^"]+)"\} (\d+)/gm,
    )) {
      const bound = le === '+Inf' ? Infinity : Number(le) * 1e6;
      counts.set(bound, (counts.get(bound) ?? 0) + Number(count));
    }
    const bounds = [...counts].sort(([a], [b]) => a - b);
    const all = counts.get(Infinity) ?? 0;
    const at = (share: number): number => bounds.find(([, count]) => count >= share * all)?.[0] ?? NaN;
    return { p50: at(0.5), p99: at(0.99) };
  } finally {
    child.kill('SIGKILL');
  }
}
