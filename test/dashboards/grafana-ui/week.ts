import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { openDriver } from '../../../probes/kinds.js';
import { contractPlan } from '../../../src/app/configuration.js';
import { loadConfig } from '../../../src/config/load.js';
import type { Round } from '../../../src/core/measurement/round.js';
import { pathEnds, pathId } from '../../../src/core/path.js';
import type { EpochMs } from '../../../src/core/types.js';
import type { ObservedOutage } from '../../../src/core/watch/outage.js';
import { createRoundRunner } from '../../../src/engine/round-runner.js';
import { createMetrics, type Metrics } from '../../../src/metrics/metrics.js';
import { createLedgerService } from '../../../src/services/ledger/service.js';
import { createStanding } from '../../../src/services/standing/keep-standing.js';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import { createJumpingClock } from '../../support/jumping-clock.js';
import { keptLog } from '../../support/log.js';
import { cutOff, ids, maintenance, outages, placeAt, weather, week, writeConfig } from './backbone.js';

/** So far apart are the scrapes of the week. */
export const scrapeMs = 900_000;

const minute = 60_000;
/** In the time zone of the plan. The ports were watched from then on, and the rounds of before were not stored. */
const monthStart = Date.UTC(2026, 8, 30, 16);
const dayMs = 1440 * minute;

/**
 * Lives through the week as a hub and its agents do, with the daemon's own rounds, judgement and metrics on a clock
 * that jumps, and writes what each scrape would have got as OpenMetrics with time stamps, a file for every day.
 */
export async function liveThroughWeek(folder: string): Promise<string[]> {
  const loaded = await loadConfig(writeConfig(folder));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  // A hub judges the paths of all its agents.
  const paths = ids.flatMap((source) =>
    ids.flatMap((destination) =>
      source === destination
        ? []
        : [{ id: pathId(source, destination), source, destination, from: null, to: null }],
    ),
  );
  const config = { ...loaded.config, paths };
  const store = await openSqliteStore({ path: config.store.path });
  const { log } = keptLog();
  const clock = createJumpingClock(week.from);
  clock.jumpTo(week.from - 3_600_000);

  const daemons = new Map<string, Metrics>(
    [...ids, 'hub'].map((instance) => {
      const metrics = createMetrics({
        version: '0.0.0',
        node: process.version,
        driver: 'simulated',
        stamps: 'simulated',
      });
      const role = instance === 'hub' ? 'hub' : 'agent';
      metrics.configure({
        ...config.metrics,
        agent: { pop: instance === 'hub' ? 'HKG' : instance, role },
        pops: config.pops,
        ports: config.watch.ports,
        sizes: config.measurement.sizes,
      });
      const own = config.paths.filter(({ source }) => source === instance).map(({ id }) => id);
      metrics.events.pathsChanged(own);
      return [instance, metrics];
    }),
  );
  const all = [...daemons.values()];
  const hub = daemons.get('hub') ?? all[0];
  if (!hub) throw new Error('no daemon');
  /** Who tells of a path: its agent. (A hub tells of all of them too; that would be the same twice.) */
  const tellersOf = (path: string): Metrics[] => {
    const agent = daemons.get(pathEnds(path)?.source ?? '');
    return agent ? [agent] : [];
  };

  const judged = { done: (): void => undefined, next: (): void => undefined };
  const standing = createStanding({
    clock: {
      ...clock,
      sleep: () => {
        judged.done();
        return new Promise((resolve) => {
          judged.next = resolve;
        });
      },
    },
    store,
    log,
    config: () => config,
    defaultPlan: contractPlan(),
    events: {
      ...hub.standing,
      roundGraded: (path, grade) => {
        for (const teller of tellersOf(path)) teller.standing.roundGraded(path, grade);
      },
      pathStanding: (path, of) => {
        for (const teller of tellersOf(path)) teller.standing.pathStanding(path, of);
      },
      terms: (terms) => {
        for (const teller of all) teller.standing.terms(terms);
      },
    },
  });
  const ending = new AbortController();
  const keeping: Promise<void>[] = [];
  const judge = (): Promise<void> =>
    new Promise((resolve) => {
      judged.done = resolve;
      if (keeping.length === 0) keeping.push(standing.keep(ending.signal));
      else judged.next();
    });

  const ledger = createLedgerService({ store, config: () => config, now: () => clock.now() });
  const text = {
    kind: 'planned-maintenance',
    scope: { pops: [maintenance.pop], paths: [], lines: [], services: [], customers: [] },
    intervals: [maintenance],
    recurrence: null,
    notices: [{ at: week.from - 3_600_000, text: 'by mail' }],
    reason: 'replaces a router',
    proof: null,
    attachments: [],
    source: null,
  } as const;
  const [entered] = await ledger.propose('Wing Chan', [text]);
  if (entered) await ledger.decide('Marta Lind', 'approve', entered.id, null);
  await ledger.propose('Wing Chan', [{ ...text, intervals: [{ from: week.to + 1, to: week.to + minute }] }]);
  await store.watch.put({
    outages: [],
    states: ids.flatMap((observer) =>
      ids.map((port) => ({ observer, port, at: monthStart, state: 'up', reason: null }) as const),
    ),
    spans: ids.map((observer) => ({ observer, from: monthStart, to: week.to })),
    blind: [{ observer: cutOff.observer, port: null, from: cutOff.from, to: cutOff.to, reason: 'isolated' }],
  });

  const runners = new Map(
    await Promise.all(
      ids.map(async (source, seed) => {
        const towards = (address: string) => (at: EpochMs) => weather(source, placeAt(address), at);
        const driver = await openDriver('simulated', {
          log,
          simulated: { seed, rules: [], towards },
          clock,
        });
        const resolve = (): Promise<never> => Promise.reject(new Error('no names here'));
        return [source, createRoundRunner({ clock, driver, resolve, calibration: () => null })] as const;
      }),
    ),
  );
  const measure = async (slot: EpochMs): Promise<void> => {
    const { signal } = new AbortController();
    const rounds: Round[] = [];
    for (const path of config.paths) {
      const [run, destination] = [
        runners.get(ids.find((id) => id === path.source) ?? 'HKG'),
        config.pops.find(({ id }) => id === path.destination),
      ];
      if (!run || !destination) continue;
      const tellers = tellersOf(path.id);
      if (path.source === cutOff.observer && slot >= cutOff.from && slot < cutOff.to) {
        const missing = [{ path: path.id, slot, reason: 'overrun' }] as const;
        await store.rounds.putMissing(missing);
        for (const { events } of tellers) events.slotsMissing(missing);
        standing.heard.slotsMissing?.(missing);
        continue;
      }
      clock.jumpTo(slot);
      const round = await run({
        path,
        destination,
        measurement: config.measurement,
        slot,
        scheduled: true,
        signal,
      });
      rounds.push(round);
      for (const { events } of tellers) {
        events.schedulerLag(2);
        events.roundStored(round);
      }
      standing.heard.roundStored?.(round);
    }
    await store.rounds.putAll(rounds);
  };

  const row = (
    observer: string,
    { port, from, to }: (typeof outages)[number],
    until: EpochMs,
  ): ObservedOutage => ({
    observer,
    port,
    start: { at: from, earliest: from - 500, latest: from + 20 },
    end: to === null || to > until ? null : { at: to, earliest: to - 200, latest: to + 20 },
    openedAt: from + 2_500,
    closedAt: to === null || to > until ? null : to + 600,
    inferred: [],
    voided: null,
  });
  const told = new Map<string, ObservedOutage>();
  /** What the watch of every agent says at an instant. */
  const watch = async (at: EpochMs): Promise<void> => {
    for (const observer of ids) {
      const metrics = daemons.get(observer);
      if (!metrics) continue;
      const isolated = observer === cutOff.observer && at >= cutOff.from && at < cutOff.to;
      metrics.events.watchBeat(0);
      metrics.events.isolated(isolated, at);
      if (isolated) metrics.events.unobserved(null, scrapeMs, 'isolated');
      for (const port of ids) {
        if (port === observer) continue;
        const down = outages.find(
          (one) => one.port === port && one.from <= at && (one.to === null || at < one.to),
        );
        metrics.events.portState(port, isolated ? 'unobserved' : down ? 'down' : 'up');
      }
      for (const one of outages) {
        if (one.from > at || one.port === observer) continue;
        const seen = row(observer, one, at);
        const key = `${observer} ${one.port} ${one.from}`;
        const before = told.get(key);
        if (before && (before.end !== null) === (seen.end !== null)) continue;
        told.set(key, seen);
        await store.watch.put({ outages: [seen], states: [], spans: [], blind: [] });
        metrics.events.outageChanged(seen);
        // The hub counts a port once, by the quorum.
        if (observer === 'HKG') hub.events.outageChanged(seen);
      }
    }
  };
  /** What every daemon says of itself and of its books. */
  const lookAround = (at: EpochMs): void => {
    const share = (at - week.from) / (week.to - week.from);
    for (const { events, standing: tell } of all) {
      events.storeWritable(true);
      events.configLoaded(true, week.from);
      events.calibrated({ p50Us: 38, p99Us: 92 });
      tell.storeSize({ bytes: 2e9 + 5e8 * share, disk: { freeBytes: 60e9 - 5e8 * share, bytes: 100e9 } });
      tell.clockRead({ synchronised: true, offsetMs: 0.4 });
      tell.outbox({ waiting: 0, dead: 0 });
    }
    hub.standing.reports({ byState: new Map([['filed', 1]]), overdue: 0 });
    hub.standing.close({ state: 'sealed', lastSealedEnd: monthStart, unsealedMs: 0 });
  };

  const files: string[] = [];
  let writer = new FamilyWriter();
  for (let at = week.from; at < week.to; at += scrapeMs) {
    const measured = at % config.measurement.everyMs === 0;
    if (measured) await measure(at);
    const scrapedAt = at + 10 * minute;
    clock.jumpTo(scrapedAt);
    await watch(scrapedAt);
    lookAround(scrapedAt);
    // Between two slots only the watch has news, which the next judgement takes in.
    if (measured) await judge();
    for (const metrics of all) metrics.standing.judged(scrapedAt, 180);
    for (const [instance, metrics] of daemons) {
      let page = '';
      for await (const piece of metrics.answer('application/openmetrics-text').pieces) page += piece;
      writer.scrape(`${instance}:9720`, page, scrapedAt / 1000);
    }
    if ((at + scrapeMs) % dayMs === 0) {
      files.push(join(folder, `${files.length}.om`));
      await writer.write(files.at(-1) ?? '');
      writer = new FamilyWriter();
    }
  }
  ending.abort();
  judged.next();
  await Promise.all(keeping);
  await store.close();
  return files;
}

/** Many scrapes as one page: promtool wants the samples of a family together, and each once. */
class FamilyWriter {
  readonly #families = new Map<string, { readonly head: string[]; readonly lines: string[] }>();

  scrape(instance: string, page: string, seconds: number): void {
    let name = '';
    for (const line of page.split('\n')) {
      if (line === '' || line === '# EOF') continue;
      if (line.startsWith('# ')) {
        name = line.split(' ')[2] ?? '';
        const family = this.#of(name);
        if (!family.head.some((one) => one.slice(0, 7) === line.slice(0, 7))) family.head.push(line);
        continue;
      }
      const own = `job="pop-sla",instance="${instance}"`;
      const [, metric = '', labels, value = ''] = /^([^{ ]+)(?:\{(.*)\})? ([^ ]+)/.exec(line) ?? [];
      const all = labels === undefined || labels === '' ? own : `${own},${labels}`;
      this.#of(name).lines.push(`${metric}{${all}} ${value} ${seconds}`);
    }
    const up = this.#of('up');
    if (up.head.length === 0) up.head.push('# TYPE up gauge');
    up.lines.push(`up{job="pop-sla",instance="${instance}"} 1 ${seconds}`);
  }

  async write(file: string): Promise<void> {
    const out = createWriteStream(file);
    for (const { head, lines } of this.#families.values()) {
      out.write(`${head.join('\n')}\n`);
      for (let from = 0; from < lines.length; from += 10_000)
        out.write(`${lines.slice(from, from + 10_000).join('\n')}\n`);
    }
    out.end('# EOF\n');
    await finished(out);
  }

  #of(name: string): { readonly head: string[]; readonly lines: string[] } {
    const found = this.#families.get(name) ?? { head: [], lines: [] };
    this.#families.set(name, found);
    return found;
  }
}
