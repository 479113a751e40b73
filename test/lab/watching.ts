import { join } from 'node:path';
import { totalMs } from '../../src/core/time/intervals.js';
import type { Interval } from '../../src/core/time/intervals.js';
import { type ObservedOutage, unobservedIn, watchedBy } from '../../src/core/watch/outage.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { writeConfig } from '../support/config-file.js';
import { startDaemon, type Daemon } from '../support/daemon.js';
import type { Moment, WatchLab } from './watch-lab.js';

/** A daemon that watches the ports of a lab from its observer. */
export async function startWatching(lab: WatchLab, folder: string, driver = 'auto'): Promise<Daemon> {
  const config = writeConfig(folder, {
    agent: 'OBS',
    pops: [{ id: 'OBS', ipv4: '10.9.0.1' }, ...lab.ports.map(({ id, address }) => ({ id, ipv4: address }))],
    measurement: { every: '24h', packetInterval: '400ms' },
    driver,
  });
  const daemon = startDaemon({
    prefix: lab.observer.prefix,
    args: ['run', '--config', config],
    cwd: folder,
  });
  await daemon.waitForLog('the log of its start', ({ http }) => typeof http === 'string');
  return daemon;
}

/** What the daemon wrote down, read beside it or after it. */
export async function readWatch(folder: string, period: Interval) {
  const store = await openSqliteStore({ path: join(folder, 'data', 'pop-sla.db'), readOnly: true });
  try {
    const outages = await store.watch.outages();
    const spans = await store.watch.spans('OBS');
    const unobservedMs = async (port: string): Promise<number> => {
      const blind = await store.watch.blind({ observer: 'OBS', port });
      const watched = watchedBy(await store.watch.states({ port }), period.to);
      return totalMs(unobservedIn(period, { spans, blind, watched }));
    };
    const ports = [...new Set((await store.watch.states()).flatMap(({ port }) => port ?? []))];
    const unobserved = new Map<string, number>();
    for (const port of ports) unobserved.set(port, await unobservedMs(port));
    return { outages, unobserved, blind: await store.watch.blind() };
  } finally {
    await store.close();
  }
}

/** How far a measured outage is from the truth, and whether the truth lies inside its bounds. */
export function compare(outage: ObservedOutage, from: Moment, to: Moment) {
  const { start, end } = outage;
  const truthMs = (to.before + to.after - from.before - from.after) / 2;
  return {
    errorMs: Math.abs((end?.at ?? NaN) - start.at - truthMs),
    inside:
      start.earliest <= from.after &&
      start.latest >= from.before &&
      (end?.earliest ?? NaN) <= to.after &&
      (end?.latest ?? NaN) >= to.before,
  };
}
