import { test } from 'vitest';
import { withLab } from '../../lab/lab.js';
import { compare, lateness, ownErrors, summarize } from './errors.js';
import { addresses, probe } from './field.js';

const kinds = (process.env['BENCH_KINDS'] ?? 'kernel').split(',');
/** Warmed up, for the compiler's work of the first seconds is no packet's: a daemon sends for months. */
const warmUpS = Number(process.env['BENCH_WARM_UP'] ?? 8);
const rates = (process.env['BENCH_RATES'] ?? '2000,5000,10000,15000,20000').split(',').map(Number);
const targets = addresses(199);
const sizes = [64];
const seconds = Number(process.env['BENCH_SECONDS'] ?? 15);

test('the highest rate without false loss, and the CPU of a packet', { timeout: 3_600_000 }, async () => {
  console.log(`CPU of the whole process, after ${warmUpS} s of warming up, over ${seconds} s`);
  console.log(
    '| kind | packets/s asked | sent/s | false loss | dropped by the socket | CPU a packet, µs | error p50 / p99, µs | left late by p50 / p99, µs | emulator’s own p99 |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const rate of rates)
    for (const kind of kinds)
      await withLab(async (lab) => {
        const { emulator, namespace } = await lab.emulator({ rules: [{ delay_ms: 20 }] });
        const intervalMs = (targets.length * sizes.length * 1000) / rate;
        const count = Math.round((seconds * 1000) / intervalMs);
        const measured = await probe(namespace, {
          kind,
          targets,
          sizes,
          count,
          intervalMs,
          lostAfterMs: 1000,
          lateWaitMs: 200,
          busy: false,
          warmUpS,
        });
        const truth = (await emulator.stop()).filter((line) => targets.includes(line.destination));
        const late = summarize(lateness(measured, truth, intervalMs));
        const { errors, falseLoss, notSent } = compare(measured, truth);
        const all = targets.length * sizes.length * count;
        const drops = measured.rounds.reduce((sum, round) => sum + (round.provenance.socketDrops ?? 0), 0);
        // What is measured for after the last packet was sent is no sending.
        const real = all / Math.max(measured.seconds - 0.3, 0.1);
        console.log(
          `| ${kind} | ${rate} | ${real.toFixed(0)} | ${falseLoss} of ${all} (${notSent} not sent) | ${drops} | ${(measured.cpuUs / all).toFixed(0)} | ${errors.p50.toFixed(0)} / ${errors.p99.toFixed(0)} | ${late.p50.toFixed(0)} / ${late.p99.toFixed(0)} | ${ownErrors(truth).p99.toFixed(0)} |`,
        );
      });
});
