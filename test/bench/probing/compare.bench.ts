import { test } from 'vitest';
import type { Namespace } from '../../lab/namespace.js';
import { withLab } from '../../lab/lab.js';
import type { TruthLine } from '../../lab/truth.js';
import { compare, ownErrors, summarize, toolErrors, trueRtts } from './errors.js';
import { addresses, probe } from './field.js';
import { isOnPath } from './on-path.js';
import { fpingRun, pingRun, smokepingRun, type ToolRun } from './tools.js';

const counts = (process.env['BENCH_TARGETS'] ?? '60,199').split(',').map(Number);
const repeats = Number(process.env['BENCH_REPEATS'] ?? 3);
const delays = (process.env['BENCH_DELAYS'] ?? '5,20,200').split(',').map(Number);
const packets = 30;
const periodMs = 100;

/** One turn of one tool: its errors, microseconds; or of a histogram its distance from the true quantiles. */
interface Turn {
  readonly errors: readonly number[];
  readonly quantiles?: { readonly p50: number; readonly p99: number };
  readonly cpuUs?: number;
}

interface Tool {
  readonly name: string;
  /** In every so many turns: the slow ones are for the order of magnitude. */
  readonly every: number;
  readonly run: (namespace: Namespace, targets: readonly string[], delay: number) => Promise<Turning>;
}
type Turning = (truth: readonly TruthLine[]) => Turn;

const kind = (name: string, every: number): Tool => ({
  name,
  every,
  run: async (namespace, targets) => {
    const measured = await probe(namespace, {
      kind: name,
      targets,
      sizes: [64],
      count: packets,
      intervalMs: periodMs,
      lostAfterMs: 1000,
      lateWaitMs: 0,
      busy: false,
    });
    return (truth) => ({ errors: compare(measured, truth).each });
  },
});

const program = (
  name: string,
  every: number,
  run: (...args: Parameters<typeof fpingRun>) => Promise<ToolRun>,
): Tool => ({
  name,
  every,
  run: async (namespace, targets) => {
    const done = await run(namespace, targets, packets, periodMs);
    return (truth) => ({ errors: toolErrors(done.rttsUs, truth), cpuUs: done.cpuUs });
  },
});

const smokeping: Tool = {
  name: 'smokeping_prober, 20 targets',
  every: 4,
  run: async (namespace, targets, delay) => {
    const seen = await smokepingRun(namespace, targets.slice(0, 20), 4, periodMs, delay);
    return (truth) => {
      // A histogram knows no single packets: its quantiles less the true ones.
      const exact = [...trueRtts(truth).values()].flat().filter((rtt) => rtt !== null);
      exact.sort((a, b) => a - b);
      const at = (share: number): number => exact[Math.floor(share * exact.length)] ?? NaN;
      return { errors: [], quantiles: { p50: seen.p50 - at(0.5), p99: seen.p99 - at(0.99) } };
    };
  },
};

const tools: readonly Tool[] = [
  kind('kernel', 1),
  program('fping', 1, fpingRun),
  program('ping, a process per target', 2, pingRun),
  kind('net-ping', 4),
  ...(isOnPath('prometheus-smokeping-prober') ? [smokeping] : []),
];

const p99 = ({ errors, quantiles }: Turn): number => quantiles?.p99 ?? summarize(errors).p99;
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** The tools take turns, each time in another order: what disturbs the machine disturbs all of them. */
async function takeTurns(targets: readonly string[], delay: number): Promise<Map<Tool, Map<number, Turn>>> {
  const turns = new Map(tools.map((tool) => [tool, new Map<number, Turn>()]));
  for (let repeat = 0; repeat < repeats; repeat += 1)
    for (let place = 0; place < tools.length; place += 1) {
      const tool = tools[(place + repeat) % tools.length];
      if (!tool || repeat % tool.every !== 0) continue;
      await withLab(async (lab) => {
        // Spread over a millisecond: of a round figure, a tool that prints three digits would seem to know more.
        const rules = [{ delay_ms: delay, jitter: 'uniform' as const, jitter_ms: 1 }];
        const { emulator, namespace } = await lab.emulator({ rules });
        const turn = await tool.run(namespace, targets, delay);
        const truth = await emulator.stop();
        own.push(ownErrors(truth).p99);
        turns.get(tool)?.set(repeat, turn(truth));
      });
    }
  return turns;
}
const own: number[] = [];

function row(
  targets: number,
  delay: number,
  tool: Tool,
  turns: Map<number, Turn>,
  ours: Map<number, Turn>,
): string {
  const all = [...turns.values()];
  const pooled = summarize(all.flatMap(({ errors }) => errors));
  const [first] = all;
  const p50 = first?.quantiles?.p50 ?? pooled.p50;
  const worst = first?.quantiles?.p99 ?? pooled.p99;
  const kernel = summarize([...ours.values()].flatMap(({ errors }) => errors)).p99;
  const worse = [...turns].filter(([repeat, turn]) => {
    const beside = ours.get(repeat);
    return beside !== undefined && p99(turn) > p99(beside);
  }).length;
  const cpu = median(all.flatMap(({ cpuUs }) => cpuUs ?? []));
  const cells = [
    ...[String(targets), `${delay} ms`, tool.name, `${p50.toFixed(0)} / ${worst.toFixed(0)}`],
    ...[`${(worst / kernel).toFixed(1)}×`, turns === ours ? '' : `${worse} of ${turns.size} turns`],
    Number.isNaN(cpu) ? '' : cpu.toFixed(0),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** One size, 64 bytes. */
test('side by side with other tools', { timeout: 3_600_000 }, async () => {
  console.log(
    `${packets} packets to each target, one every ${periodMs} ms, ${repeats} turns; errors against the wire, µs; kernel’s CPU a packet: see rate`,
  );
  console.log(
    '| targets | delay | tool | error p50 / p99 | p99 against kernel | p99 worse than kernel in | CPU a packet, µs |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const count of counts)
    for (const delay of delays) {
      const turns = await takeTurns(addresses(count), delay);
      const ours = turns.get(tools[0] as Tool) ?? new Map<number, Turn>();
      for (const [tool, own] of turns) if (own.size > 0) console.log(row(count, delay, tool, own, ours));
    }
  console.log(`The emulator’s own p99, median of all turns: ${median(own).toFixed(0)} µs`);
});
