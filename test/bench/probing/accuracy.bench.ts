import { test } from 'vitest';
import { withLab } from '../../lab/lab.js';
import { compare, ownErrors, type ErrorSummary } from './errors.js';
import { addresses, probe, type Job } from './field.js';

const targets = addresses(Number(process.env['BENCH_TARGETS'] ?? 199));
const repeats = Number(process.env['BENCH_REPEATS'] ?? 1);
const delays = (process.env['BENCH_DELAYS'] ?? '5,20,200').split(',').map(Number);
const kinds = (process.env['BENCH_KINDS'] ?? 'kernel').split(',');
const busy = process.env['BENCH_IDLE'] === undefined;

const us = (value: number): string => value.toFixed(0);
const cells = ({ p50, p99, p999, worst }: ErrorSummary): string =>
  [p50, p99, p999, worst].map(us).join(' / ');

/** 100 packets of each size to each target, 2,000 packets a second in all. */
const job = (kind: string): Job => ({
  kind,
  targets,
  sizes: [64, 128, 512],
  count: 100,
  intervalMs: (targets.length * 3) / 2,
  lostAfterMs: 2000,
  lateWaitMs: 1000,
  busy,
});

test('the error of an RTT', { timeout: 3_600_000 }, async () => {
  console.log(
    `${targets.length} targets, ${busy ? 'busy' : 'idle'} main thread; p50 / p99 / p99.9 / worst, µs`,
  );
  console.log(
    '| kind | delay | error | emulator’s own | CPU a packet | send lag p50 / p99 / worst of rounds | false loss | fallback |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (let repeat = 0; repeat < repeats; repeat += 1)
    for (const delay of delays)
      for (const kind of kinds) {
        const row = await withLab(async (lab) => {
          const { emulator, namespace } = await lab.emulator({ rules: [{ delay_ms: delay }] });
          const measured = await probe(namespace, job(kind));
          const truth = await emulator.stop();
          const { errors, falseLoss, falseReplies, notSent } = compare(measured, truth);
          const lags = measured.rounds
            .map((round) => round.provenance.sendLagUs ?? NaN)
            .sort((a, b) => a - b);
          const lag = [0.5, 0.99, 1].map(
            (share) => lags[Math.min(lags.length - 1, Math.floor(share * lags.length))] ?? NaN,
          );
          const fallback = measured.rounds.reduce((sum, round) => sum + round.provenance.fallbackStamps, 0);
          const cpu = measured.cpuUs / (errors.packets + falseLoss + falseReplies);
          return `| ${measured.kind} | ${delay} ms | ${cells(errors)} | ${cells(ownErrors(truth))} | ${us(cpu)} | ${lag.map(us).join(' / ')} | ${falseLoss} (${notSent} not sent, ${falseReplies} false) | ${fallback} |`;
        });
        console.log(row);
      }
});
