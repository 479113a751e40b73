import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'vitest';
import { withLab } from '../../lab/lab.js';
import { createWatchLab, type Moment } from '../../lab/watch-lab.js';
import { compare, readWatch, startWatching } from '../../lab/watching.js';
import { tempDir } from '../../support/temp-dir.js';

const lengths = (process.env['BENCH_OUTAGES'] ?? '5,20,65,600').split(',').map(Number);
const cutOffSeconds = Number(process.env['BENCH_CUT_OFF'] ?? 60);
const lossSeconds = Number(process.env['BENCH_LOSS'] ?? 1_000);
const kind = process.env['BENCH_KINDS'] ?? 'kernel';

test('outages of known length, then the observer cut off', { timeout: 3_600_000 }, async () => {
  await withLab(async (lab) => {
    const net = createWatchLab(lab, lengths.length + 1);
    const folder = tempDir();
    const daemon = await startWatching(net, folder, kind);
    lab.defer(async () => {
      await daemon.stop();
    });
    await sleep(5_000);
    const truths = await Promise.all(
      lengths.map(async (seconds, index): Promise<readonly [Moment, Moment]> => {
        const id = net.ports[index]?.id ?? '';
        const down = net.down(id);
        await sleep(seconds * 1_000);
        return [down, net.up(id)];
      }),
    );
    await sleep(5_000);
    const cut = net.cutOff();
    await sleep(cutOffSeconds * 1_000);
    const again = net.reunite();
    await sleep(5_000);
    await daemon.stop();
    const period = { from: cut.before - 500, to: again.after + 2_000 };
    const { outages, unobserved } = await readWatch(folder, period);
    for (const [index, [down, up]] of truths.entries()) {
      const mine = outages.filter(({ port, voided }) => port === net.ports[index]?.id && voided === null);
      const [outage] = mine;
      if (!outage || mine.length > 1) console.log(`${lengths[index]} s: ${mine.length} outages`);
      else {
        const { errorMs, inside } = compare(outage, down, up);
        const where = inside ? 'inside' : 'OUTSIDE';
        console.log(`${lengths[index]} s: off by ${errorMs.toFixed(0)} ms, the truth ${where} its bounds`);
      }
    }
    const counted = outages.filter(({ voided }) => voided === null).length - truths.length;
    const seconds = [...unobserved.values()].map((ms) => (ms / 1000).toFixed(2));
    console.log(
      `cut off for ${cutOffSeconds} s: unobserved ${seconds.join(', ')} s, outages counted ${counted}`,
    );
  });
});

test('a fifth of all packets lost', { timeout: 3_600_000 }, async () => {
  await withLab(async (lab) => {
    const net = createWatchLab(lab, 4);
    const folder = tempDir();
    net.lose(0.2);
    const daemon = await startWatching(net, folder, kind);
    await sleep(lossSeconds * 1_000);
    await daemon.stop();
    const { outages } = await readWatch(folder, { from: 0, to: Date.now() });
    console.log(`20 % of the echo requests lost for ${lossSeconds} s: ${outages.length} outages`);
  });
});
