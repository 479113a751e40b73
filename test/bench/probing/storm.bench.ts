import { test } from 'vitest';
import type { PacketOutcome } from '../../../src/core/measurement/round.js';
import { withLab } from '../../lab/lab.js';
import type { TruthLine } from '../../lab/truth.js';
import { addresses, probe, type Measured } from './field.js';

const packets = Number(process.env['BENCH_PACKETS'] ?? 1_000_000);
const kind = process.env['BENCH_KINDS'] ?? 'kernel';
const perSecond = Number(process.env['BENCH_RATE'] ?? 5000);
const targets = addresses(199);
const sizes = [64, 128, 512];
const rounds = 10;

/** What must become of a request, by what the emulator sent for it. */
function fates(
  truth: readonly TruthLine[],
): Map<string, { outcome: PacketOutcome['kind']; rttUs: number }[]> {
  const byRequest = new Map<string, TruthLine[]>();
  for (const line of truth) {
    const key = `${line.destination} ${line.bytes} ${line.rxNs}`;
    byRequest.set(key, [...(byRequest.get(key) ?? []), line]);
  }
  const streams = new Map<string, { rxNs: bigint; outcome: PacketOutcome['kind']; rttUs: number }[]>();
  for (const lines of byRequest.values()) {
    const [first] = lines;
    if (!first) continue;
    // Only whole, unaltered packets from the right address are answers.
    const answer = lines
      .filter((line) => ['reply', 'reorder', 'late'].includes(line.what))
      .sort((a, b) => (a.txNs < b.txNs ? -1 : 1))[0];
    const rttUs = answer ? Number(answer.txNs - answer.rxNs) / 1000 : NaN;
    const outcome = !answer ? 'lost' : rttUs > 2_000_000 ? 'late' : 'received';
    const key = `${first.destination} ${first.bytes}`;
    streams.set(key, [...(streams.get(key) ?? []), { rxNs: first.rxNs, outcome, rttUs }]);
  }
  for (const stream of streams.values()) stream.sort((a, b) => (a.rxNs < b.rxNs ? -1 : 1));
  return streams;
}

/** How many packets were booked otherwise than they fared. */
function judge(
  measured: Measured,
  truth: readonly TruthLine[],
): { all: number; wrong: Record<string, number>; off: number } {
  const streams = fates(truth);
  const wrong: Record<string, number> = {};
  let [all, off] = [0, 0];
  for (const round of measured.rounds)
    for (const size of round.sizes) {
      const stream = streams.get(`${round.address} ${size.bytes}`) ?? [];
      let nth = 0;
      for (const packet of size.packets) {
        all += 1;
        const fate = packet.kind === 'not-sent' ? undefined : stream[nth++];
        const expected = fate?.outcome ?? 'not-sent';
        if (packet.kind !== expected) {
          const what = `${expected} → ${packet.kind}`;
          wrong[what] = (wrong[what] ?? 0) + 1;
        } else if ('rttUs' in packet && Math.abs(packet.rttUs - (fate?.rttUs ?? NaN)) > 20_000) off += 1;
      }
    }
  return { all, wrong, off };
}

test('a network that does all it may not', { timeout: 3_600_000 }, async () => {
  const perRound = packets / rounds;
  const count = Math.ceil(perRound / targets.length / sizes.length);
  let [all, off, drops, fallback, duplicates, mismatched] = [0, 0, 0, 0, 0, 0];
  const wrong: Record<string, number> = {};
  for (let round = 0; round < rounds; round += 1)
    await withLab(async (lab) => {
      const { emulator, namespace } = await lab.emulator({
        seed: 42 + round,
        rules: [
          {
            delay_ms: 20,
            jitter: 'pareto',
            jitter_ms: 2,
            loss: 0.01,
            dup: 0.05,
            dup_n: 2,
            dup_ms: 1,
            reorder: 0.05,
            reorder_ms: 15,
            late: 0.01,
            late_ms: 2400,
            corrupt: 0.02,
            corrupt_ck: 0.01,
            truncate: 0.01,
            spoof: 0.03,
            spoof_from: '10.77.200.1',
            spoof_ms: 1,
          },
        ],
      });
      const intervalMs = (targets.length * sizes.length * 1000) / perSecond;
      const job = {
        kind,
        targets,
        sizes,
        count,
        intervalMs,
        lostAfterMs: 2000,
        lateWaitMs: 1000,
        busy: false,
      };
      const measured = await probe(namespace, job);
      const found = judge(measured, await emulator.stop());
      all += found.all;
      off += found.off;
      for (const [what, times] of Object.entries(found.wrong)) wrong[what] = (wrong[what] ?? 0) + times;
      for (const { provenance, sizes: samples } of measured.rounds) {
        drops += provenance.socketDrops ?? 0;
        fallback += provenance.fallbackStamps;
        for (const sample of samples) {
          duplicates += sample.duplicates;
          mismatched += sample.mismatched;
        }
      }
    });
  console.log(
    `${kind}: ${all} packets at ${perSecond}/s: booked otherwise than they fared: ${JSON.stringify(wrong)}; RTTs off by more than 20 ms: ${off}; ` +
      `duplicates ${duplicates}, forged or damaged ${mismatched}, dropped by the socket ${drops}, on lesser stamps ${fallback}`,
  );
});
