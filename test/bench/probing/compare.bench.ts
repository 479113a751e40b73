import { test } from 'vitest';
import { withLab } from '../../lab/lab.js';
import { isOnPath } from './on-path.js';
import { compare, ownErrors, summarize, trueRtts, type ErrorSummary } from './errors.js';
import { addresses, probe } from './field.js';
import { fpingRun, pingRun, smokepingRun, type ToolRun } from './tools.js';
import type { TruthLine } from '../../lab/truth.js';

const targets = addresses(Number(process.env['BENCH_TARGETS'] ?? 100));
const repeats = Number(process.env['BENCH_REPEATS'] ?? 3);
const delays = (process.env['BENCH_DELAYS'] ?? '5,20,200').split(',').map(Number);
const count = 50;
const periodMs = 100;

/** Spread over a millisecond: of a round figure, a tool that prints three digits would seem to know more. */
const rules = (delay: number) => [{ delay_ms: delay, jitter: 'uniform' as const, jitter_ms: 1 }];

const toolErrors = (run: ToolRun, truth: readonly TruthLine[]): ErrorSummary => {
  const streams = trueRtts(truth);
  const errors: number[] = [];
  for (const [target, rtts] of run.rttsUs)
    rtts.forEach((rtt, nth) => {
      const exact = streams.get(`${target} 64`)?.[nth];
      if (rtt !== null && exact != null) errors.push(rtt - exact);
    });
  return summarize(errors);
};

/** A histogram knows no single packets: its quantiles less the true ones. */
const distance = (
  seen: { readonly p50: number; readonly p99: number },
  exact: readonly number[],
): { p50: number; p99: number } => {
  const at = (share: number): number => exact[Math.floor(share * exact.length)] ?? NaN;
  return { p50: seen.p50 - at(0.5), p99: seen.p99 - at(0.99) };
};

interface Row {
  readonly p50: number;
  readonly p99: number;
  readonly cpuUs: number;
  readonly own99: number;
}

/** One size, 64 bytes; the tools take turns, so that what disturbs the machine disturbs all of them. */
test('side by side with other tools', { timeout: 3_600_000 }, async () => {
  console.log(
    `${targets.length} targets, ${count} packets each, one every ${periodMs} ms; error p50 / p99, µs; CPU a packet, µs`,
  );
  console.log('| delay | tool | error p50 / p99 | CPU a packet | p99 against kernel | emulator’s own p99 |');
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const delay of delays) {
    const rows = new Map<string, Row[]>();
    const note = (tool: string, row: Row): void => {
      rows.set(tool, [...(rows.get(tool) ?? []), row]);
    };
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      const runs: [string, (namespace: Parameters<typeof fpingRun>[0]) => Promise<ToolRun>][] = [
        ['fping', (namespace) => fpingRun(namespace, targets, count, periodMs)],
        ['ping, a process per target', (namespace) => pingRun(namespace, targets, count, periodMs)],
      ];
      for (const kind of ['kernel', 'net-ping'])
        await withLab(async (lab) => {
          const { emulator, namespace } = await lab.emulator({ rules: rules(delay) });
          const measured = await probe(namespace, {
            ...{ kind, targets, sizes: [64], count, intervalMs: periodMs },
            ...{ lostAfterMs: 2000, lateWaitMs: 1000, busy: false },
          });
          const truth = await emulator.stop();
          const { errors } = compare(measured, truth);
          note(kind, {
            ...errors,
            // The packets of net-ping are sent by a process of its own, whose time this one can't see.
            cpuUs: kind === 'kernel' ? measured.cpuUs / (targets.length * count) : NaN,
            own99: ownErrors(truth).p99,
          });
        });
      for (const [tool, run] of runs)
        await withLab(async (lab) => {
          const { emulator, namespace } = await lab.emulator({ rules: rules(delay) });
          const done = await run(namespace);
          const truth = await emulator.stop();
          note(tool, { ...toolErrors(done, truth), cpuUs: done.cpuUs, own99: ownErrors(truth).p99 });
        });
      if (isOnPath('prometheus-smokeping-prober'))
        await withLab(async (lab) => {
          const { emulator, namespace } = await lab.emulator({ rules: rules(delay) });
          const few = targets.slice(0, 20);
          const quantiles = await smokepingRun(namespace, few, 8, periodMs, delay);
          const truth = await emulator.stop();
          const exact = [...trueRtts(truth).values()].flat().filter((rtt) => rtt !== null);
          note('smokeping_prober, 20 targets', {
            ...distance(
              quantiles,
              exact.sort((a, b) => a - b),
            ),
            ...{ cpuUs: NaN, own99: ownErrors(truth).p99 },
          });
        });
    }
    const median = (values: readonly number[]): number =>
      [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
    const ours = median((rows.get('kernel') ?? []).map((row) => row.p99));
    for (const [tool, all] of rows) {
      const of = (key: keyof Row): number => median(all.map((row) => row[key]));
      console.log(
        `| ${delay} ms | ${tool} | ${of('p50').toFixed(0)} / ${of('p99').toFixed(0)} | ${Number.isNaN(of('cpuUs')) ? 'not measured' : of('cpuUs').toFixed(0)} | ${(of('p99') / ours).toFixed(1)}× | ${of('own99').toFixed(0)} |`,
      );
    }
  }
});
