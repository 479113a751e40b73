import { test } from 'vitest';
import { withLab } from '../../lab/lab.js';
import { compare, lateness, ownErrors, summarize, type ErrorSummary } from './errors.js';
import { addresses, probe, type Job } from './field.js';

const targets = addresses(Number(process.env['BENCH_TARGETS'] ?? 199));
const repeats = Number(process.env['BENCH_REPEATS'] ?? 1);
const delays = (process.env['BENCH_DELAYS'] ?? '5,20,200').split(',').map(Number);
const kinds = (process.env['BENCH_KINDS'] ?? 'kernel').split(',');
const warmUpS = Number(process.env['BENCH_WARM_UP'] ?? 8);
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
  warmUpS,
});

test('the error of an RTT', { timeout: 3_600_000 }, async () => {
  console.log(
    `${targets.length} targets, 2,000 packets/s, ${busy ? 'busy' : 'idle'} main thread, ${warmUpS} s of warming up; p50 / p99 / p99.9 / worst, µs`,
  );
  console.log(
    '| kind | delay | error against the wire | with the emulator’s waking up | packets left late by | emulator’s own | false loss | lesser stamps |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (let repeat = 0; repeat < repeats; repeat += 1)
    for (const delay of delays)
      for (const kind of kinds) {
        const row = await withLab(async (lab) => {
          const { emulator, namespace } = await lab.emulator({ rules: [{ delay_ms: delay }] });
          const asked = job(kind);
          const measured = await probe(namespace, asked);
          const all = await emulator.stop();
          const truth = all.filter((line) => targets.includes(line.destination));
          const { errors, falseLoss, falseReplies, notSent } = compare(measured, truth);
          const awake = compare(measured, truth, 'readNs').errors;
          const late = summarize(lateness(measured, truth, asked.intervalMs));
          const fallback = measured.rounds.reduce((sum, round) => sum + round.provenance.fallbackStamps, 0);
          return `| ${measured.kind} | ${delay} ms | ${cells(errors)} | ${cells(awake)} | ${cells(late)} | ${cells(ownErrors(truth))} | ${falseLoss} (${notSent} not sent, ${falseReplies} false) | ${fallback} |`;
        });
        console.log(row);
      }
});
