import { setImmediate as turn } from 'node:timers/promises';
import type { Config, PathConfig } from '../../config/config.js';
import type { LedgerEvent } from '../../core/ledger/actions.js';
import { approvedExcuses, foldExclusions } from '../../core/ledger/exclusions.js';
import { foldCorrections } from '../../core/ledger/outages.js';
import { ledgerStanding } from '../../core/ledger/standing.js';
import { emptySums, figuresOf, type FiguresOf } from '../../core/measurement/figures.js';
import type { Round } from '../../core/measurement/round.js';
import { pathEnds } from '../../core/path.js';
import type { Plan } from '../../core/plan.js';
import { emptyMesh, type MeshStanding, type PathStanding, type QualityTerms } from '../../core/standing.js';
import type { MonthCase } from '../../core/statement/case.js';
import type { JudgeInput } from '../../core/statement/judge.js';
import { paysForQuality } from '../../core/statement/parts.js';
import { currentRuleSet } from '../../core/statement/rule-set.js';
import { servicesStanding, type ServiceStanding } from '../../core/statement/standing.js';
import { slotAtOrBefore } from '../../core/time/slot.js';
import type { EpochMs, PathId } from '../../core/types.js';
import type { Clock, EngineEvents, Log } from '../../engine/ports.js';
import type { Store } from '../../store/store.js';
import { showOutages } from '../ledger/entries.js';
import { figuresFromStore, loadMonth } from '../months/load-case.js';
import type { Entered } from '../months/judge.js';
import { currentMonth, pathStanding, type PathTerms, termsAt } from './sources.js';
import type { StandingEvents } from './ports.js';
import { gradeRound, isInWorstBand } from './round-grade.js';

interface ServicesQuery {
  readonly store: Pick<Store, 'watch' | 'rounds'>;
  readonly config: Config;
  readonly now: EpochMs;
  readonly entered: Pick<Entered, 'outages' | 'exclusions'>;
}

/** The state in the current month of every service of every plan, from all data stored and entered until now. */
export async function judgeServicesNow(query: ServicesQuery): Promise<ServiceStanding[]> {
  const { store, config, now, entered } = query;
  const months = new Map<string, Set<string>>();
  for (const plan of config.book.plans.values()) {
    const name = currentMonth(plan, now)?.month.name;
    if (name !== undefined) months.set(name, (months.get(name) ?? new Set()).add(plan.id));
  }
  const standings: ServiceStanding[] = [];
  // Near midnight two zones can be in different months; sites and caps span the plans of one month.
  for (const [name, plans] of months) {
    const loaded = await loadMonth({ store, config, name, ruleSet: currentRuleSet, now, ...entered });
    const inputs: JudgeInput[] = [];
    for (const monthCase of loaded.cases) {
      if (paysForQuality(monthCase.plan)) {
        const figures = await figuresFromStore({ rounds: store.rounds, monthCase });
        inputs.push({ case: monthCase, figures });
      } else inputs.push({ case: withoutPaths(monthCase), figures: noFigures });
    }
    standings.push(...servicesStanding(inputs, now).filter(({ plan }) => plans.has(plan)));
  }
  return standings;
}

/** The case without path figures, which availability and its credit do not need. */
const withoutPaths = (monthCase: MonthCase): MonthCase => ({
  ...monthCase,
  commitments: [],
  services: monthCase.services.map((service) => ({ ...service, paths: [] })),
});

const noFigures: FiguresOf = () => figuresOf(emptySums());

const everyMs = 60_000;
const dayMs = 86_400_000;
const burstMs = 1_000;
const growsEveryMs = 2_000;

interface StandingOptions {
  readonly clock: Clock;
  readonly store: Pick<Store, 'ledger' | 'watch' | 'rounds' | 'paths'>;
  /** Returns the configuration in force. */
  readonly config: () => Config;
  /** The plan for paths that no service names; null: such paths are not judged. */
  readonly defaultPlan: () => Plan | null;
  readonly events: StandingEvents;
  readonly log: Log;
}

/** The month to date of every service. */
export interface ServicesStanding {
  readonly at: EpochMs;
  readonly services: readonly ServiceStanding[];
}

interface StandingKeeper {
  /** The state of every path when it was last judged. */
  readonly mesh: () => MeshStanding;
  /** The state of every service when it was last judged; null before the first time. */
  readonly services: () => ServicesStanding | null;
  /** The engine events that it has to receive. */
  readonly heard: Partial<EngineEvents>;
  /** Judges at once, every minute, and after an outage changed; resolves when `signal` is aborted. */
  keep(signal: AbortSignal): Promise<void>;
}

/**
 * Judges the month to date in the background, so that requests are answered at once. Services are judged every time; a
 * path when it has something new: a round, a missing slot, an exclusion, changed terms, or a new month.
 */
export function createStanding(options: StandingOptions): StandingKeeper {
  const { clock, store, config, defaultPlan, events, log } = options;
  let basis: { readonly config: Config; readonly monthEnd: EpochMs; readonly paths: string } | null = null;
  let terms: ReadonlyMap<PathId, PathTerms> = new Map();
  const dirty = new Set<PathId>();
  /** The latest slot of each path whose round this agent reported. */
  const latest = new Map<PathId, EpochMs>();
  /** The latest slot of each path with a row in the store. */
  let newest: ReadonlyMap<PathId, EpochMs> = new Map();
  let lastSlot: EpochMs | null = null;
  const standings = new Map<PathId, PathStanding>();
  let quality: readonly QualityTerms[] = [];
  let version = 0;
  let judgedAt: EpochMs | null = null;
  let shown = emptyMesh;
  let services: ServicesStanding | null = null;
  const ledger: LedgerEvent[] = [];
  let wake = new AbortController();

  /** Reads the terms in force; when they changed, every path is judged again. */
  const refreshTerms = (): void => {
    const [now, current] = [clock.now(), config()];
    const foreign = foreignPaths(current, newest, now - dayMs);
    const names = foreign.map(({ id }) => id).join(' ');
    if (basis?.config === current && now < basis.monthEnd && names === basis.paths) return;
    const before = basis?.config === current && now < basis.monthEnd ? terms : new Map<PathId, PathTerms>();
    terms = termsAt(current, [...current.paths, ...foreign], defaultPlan(), now);
    const ends = [...terms.values()].map(({ month }) => month.to);
    basis = { config: current, monthEnd: Math.min(Infinity, ...new Set(ends)), paths: names };
    for (const path of terms.keys()) if (!before.has(path)) dirty.add(path);
    for (const path of standings.keys()) if (!terms.has(path)) standings.delete(path);
    version += 1;
    const plans = new Map([...terms.values()].map(({ planId, plan }) => [planId, plan]));
    quality = [...plans].map(([plan, { latency, loss }]) => ({ plan, latency, loss }));
    events.terms(quality);
  };

  /**
   * Finds rows in the store that no event announced: rounds of other agents, rounds from before the start, missing
   * slots.
   */
  const readNewest = async (): Promise<void> => {
    const found = await store.rounds.newest();
    for (const [path, slot] of found) if (newest.get(path) !== slot) dirty.add(path);
    newest = found;
    const { everyMs: between } = config().measurement;
    const begun = slotAtOrBefore(clock.now(), between);
    // Another slot has passed, which changes the state of paths without a row for it.
    if (lastSlot !== begun)
      for (const path of terms.keys()) if ((newest.get(path) ?? 0) < begun - between) dirty.add(path);
    lastSlot = begun;
  };

  const accounted = (path: PathId, slot: EpochMs): boolean => {
    dirty.add(path);
    if (slot < (latest.get(path) ?? -Infinity)) return false;
    latest.set(path, slot);
    return true;
  };
  const measured = (round: Round): void => {
    const pathTerms = terms.get(round.path);
    if (!accounted(round.path, round.slot) || !pathTerms) return;
    const worth = gradeRound(round, pathTerms);
    if (!worth) return;
    const { slot } = round;
    const isLost = worth.of.loss !== null && worth.of.latencyUs === null;
    events.roundGraded(round.path, worth.grade, {
      ...worth.of,
      slot,
      commitmentUs: pathTerms.commitmentUs,
      severe: isInWorstBand(worth.grade, pathTerms) || isLost,
    });
  };

  const readLedger = async (): Promise<void> => {
    const fresh = await store.ledger.events({ after: ledger.at(-1)?.seq ?? 0 });
    ledger.push(...fresh);
    if (fresh.length > 0) for (const path of terms.keys()) dirty.add(path);
  };

  const untilOf = (path: PathId): EpochMs => {
    const { everyMs: between } = config().measurement;
    const begun = slotAtOrBefore(clock.now(), between);
    return latest.get(path) === begun || newest.get(path) === begun ? begun + 1 : begun;
  };

  const once = async (signal: AbortSignal): Promise<void> => {
    const [startedAt, now] = [clock.monotonicMs(), clock.now()];
    await readNewest();
    refreshTerms();
    await readLedger();
    const folded = foldExclusions(ledger);
    const exclusions = approvedExcuses(folded);
    const outages = showOutages(await store.watch.outages(), foldCorrections(ledger));
    events.ledger(
      ledgerStanding(
        folded,
        now,
        config().pops.map(({ id }) => id),
      ),
    );
    const entered = { outages, exclusions };
    services = { at: now, services: await judgeServicesNow({ store, config: config(), now, entered }) };
    events.services(services.services);
    const configured = new Set<PathId>(config().paths.map(({ id }) => id));
    const seen = await store.paths.known();
    let shownAt = clock.monotonicMs();
    for (const path of [...dirty]) {
      if (signal.aborted) return;
      dirty.delete(path);
      const of = terms.get(path);
      if (!of) continue;
      const { everyMs: between } = config().measurement;
      const query = {
        rounds: store.rounds,
        terms: of,
        exclusions,
        everyMs: between,
        until: untilOf(path),
        configuredAt: seen.get(path)?.firstSeenAt ?? null,
      };
      try {
        const standing = await pathStanding(query);
        standings.set(path, standing);
        // Partial results are published at intervals, not after each path, because each publication copies the whole
        // result.
        if (clock.monotonicMs() - shownAt >= growsEveryMs) {
          version += 1;
          shownAt = clock.monotonicMs();
        }
        if (configured.has(path)) events.pathStanding(path, standing);
      } catch (error) {
        dirty.add(path);
        throw error;
      }
      await turn();
    }
    judgedAt = clock.now();
    version += 1;
    events.judged(judgedAt, clock.monotonicMs() - startedAt);
  };

  return {
    services: () => services,
    mesh: () => {
      if (shown.version === version) return shown;
      const paths = [...terms.keys()].sort((a, b) => (a < b ? -1 : 1));
      shown = {
        version,
        judgedAt,
        terms: quality,
        paths: new Map(paths.map((path) => [path, standings.get(path) ?? null])),
      };
      return shown;
    },
    heard: {
      roundStored: measured,
      roundDelayed: measured,
      slotsMissing: (missing) => {
        for (const { path, slot } of missing) accounted(path, slot);
      },
      // The terms of the start are read by the first round of judging: measuring begins without waiting for them.
      pathsChanged: () => {
        if (basis !== null) refreshTerms();
      },
      outageChanged: () => {
        wake.abort();
      },
    },
    keep: async (signal) => {
      let failed = false;
      while (!signal.aborted) {
        wake = new AbortController();
        try {
          await once(signal);
          failed = false;
        } catch (error) {
          if (!failed) log.warn({ err: error }, 'the month to date could not be judged; tried every minute');
          failed = true;
        }
        await clock.sleep(everyMs, AbortSignal.any([signal, wake.signal]));
        // Changes that come in a burst are judged once.
        if (wake.signal.aborted) await clock.sleep(burstMs, signal);
      }
    },
  };
}

/** Paths between the configuration's PoPs that this agent does not measure and another one does. */
function foreignPaths(config: Config, newest: ReadonlyMap<PathId, EpochMs>, since: EpochMs): PathConfig[] {
  const pops = new Set(config.pops.map(({ id }) => id));
  const configured = new Set<PathId>(config.paths.map(({ id }) => id));
  return [...newest].flatMap(([id, slot]) => {
    const ends = pathEnds(id);
    if (slot < since || configured.has(id) || !ends || !pops.has(ends.source) || !pops.has(ends.destination))
      return [];
    return [{ id, ...ends, from: null, to: null }];
  });
}
