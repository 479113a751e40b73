import type { Config } from '../../config/config.js';
import type { LedgerStanding } from '../../core/ledger/standing.js';
import { beganAt, type NetworkEvent, type ToldEvent, toldOf } from '../../core/network-event.js';
import { pathEnds } from '../../core/path.js';
import type { ServiceStanding } from '../../core/statement/standing.js';
import type { EpochMs, PathId, PopId } from '../../core/types.js';
import { groupMeasured } from '../../core/watch/groups.js';
import type { Clock, EngineEvents, Log } from '../../engine/ports.js';
import { type Store, StoreError } from '../../store/store.js';
import type { WatchStore } from '../../store/watch-store.js';
import type { StandingEvents } from '../standing/ports.js';

interface NetworkNotifierOptions {
  readonly store: Pick<Store, 'targets' | 'outbox'>;
  readonly config: () => Config;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly log: Log;
  /** Called when messages were added to the outbox. */
  readonly onAdded?: () => void;
  /** Events within this time are one message; milliseconds, 500 by default. */
  readonly groupMs?: number;
}

interface NetworkNotifier {
  /** What it has to hear of the engine, or of a hub's agents. */
  readonly events: Partial<EngineEvents>;
  readonly standing: Pick<StandingEvents, 'roundGraded' | 'services' | 'ledger'>;
  /**
   * Goes on with what an earlier run of the daemon told: nothing of it is told again, and the end of an outage is told
   * that ended meanwhile. `reopen`: nobody reports again the outages that still last; those of the store go on.
   */
  readonly restore: (
    watch: Pick<WatchStore, 'outages'>,
    options: { readonly reopen: boolean },
  ) => Promise<void>;
  /** Resolves when everything heard is in the outbox. */
  idle(): Promise<void>;
  /** The same, but what the store doesn't take at once is given up. */
  stop(): Promise<void>;
}

/** A month's budget is reported at these shares of what the commitment allows, in percent. */
const budgetSteps = [100, 75, 50] as const;

/** Between two attempts to put events into the outbox of a store that takes nothing. */
const retryMs = 5_000;
/** So many events wait for such a store; beyond that the oldest are given up. */
const mostWaiting = 10_000;

/** How far back the beginning of outages that still last is looked for, milliseconds. */
const restoredMs = 31 * 86_400_000;

/** An outage of a port by all of its observers, as long as one of them sees it. */
interface PortOutage {
  readonly observers: Set<PopId>;
  readonly from: EpochMs;
  /** The latest end that an observer saw. */
  to: EpochMs;
  told: boolean;
}

/**
 * Turns what the engine and the judgement say into messages of the outbox. Approved maintenance keeps the events of
 * what it covers quiet, and an outage of a port those of the paths that end there; what still lasts when the
 * maintenance is over is told then.
 */
export function createNetworkNotifier(options: NetworkNotifierOptions): NetworkNotifier {
  const { store, config, clock, log, onAdded, groupMs = 500 } = options;
  /** Null: not read yet. Until then no outage is told, since it may be in maintenance. */
  let ledger: Pick<LedgerStanding, 'maintenance' | 'windows'> | null = null;
  const outages = new Map<PopId, PortOutage>();
  /** When each port was last down; it explains lost rounds until the next ones. */
  const lastDown = new Map<PopId, EpochMs>();
  const severe = new Set<string>();
  /** The greatest step of each service's budget that was reported. */
  const budgets = new Map<string, Pick<ToldEvent, 'began' | 'used'>>();
  /** When the outage of a port began that an earlier run told of and that goes on. */
  const toldBefore = new Map<string, EpochMs>();
  let waiting: NetworkEvent[] = [];
  let under: Promise<void> = Promise.resolve();
  let isFlushing = false;
  const stopping = new AbortController();

  const put = async (events: readonly NetworkEvent[]): Promise<void> => {
    // Loaded when there is something to tell: a daemon without targets never needs the words.
    const { networkDrafts } = await import('./network-drafts.js');
    const targets = (await store.targets.list()).filter(({ customer }) => customer === null);
    const drafts = targets.flatMap((target) => networkDrafts(events, target, config()));
    const last = new Map(events.map(toldOf).map((one) => [`${one.event} ${one.about}`, one]));
    await store.outbox.add(drafts, {
      told: [...last.values()].flatMap(({ ended, ...one }) => (ended ? [] : [one])),
      ended: [...last.values()].filter(({ ended }) => ended),
    });
    if (drafts.length > 0) onAdded?.();
  };
  const flush = async (): Promise<void> => {
    let refused = false;
    while (waiting.length > 0) {
      await clock.sleep(refused ? retryMs : groupMs, stopping.signal);
      const events = waiting;
      waiting = [];
      try {
        await put(events);
        if (refused) log.info({ events: events.length }, 'events of the network are in the outbox now');
        refused = false;
      } catch (error) {
        // A store that takes nothing now may do so later; what can't be put into words never can be.
        const again = error instanceof StoreError && !stopping.signal.aborted;
        // What comes meanwhile joins them, and is told after them.
        const all = [...(again ? events : []), ...waiting];
        const gone = again ? 0 : events.length;
        waiting = all.slice(-mostWaiting);
        const lost = gone + all.length - waiting.length;
        const fields = { err: error, waiting: waiting.length, lost };
        if (lost > 0)
          log.error(fields, 'events of the network could not be put into the outbox, and are lost');
        else if (!refused)
          log.error(fields, 'events of the network can not be put into the outbox: they wait');
        refused = true;
      }
    }
    // In the turn that found nothing more: whatever comes next begins anew.
    isFlushing = false;
  };
  const tell = (event: NetworkEvent): void => {
    const maintenance = (ledger?.windows ?? []).filter(({ to }) => to > beganAt(event));
    waiting.push(maintenance.length === 0 ? event : { ...event, maintenance });
    if (isFlushing) return;
    isFlushing = true;
    under = flush();
  };

  const isExplained = (path: PathId, slot: EpochMs): boolean => {
    const ends = pathEnds(path);
    if (ends === null) return false;
    if (ledger?.maintenance.paths.includes(path)) return true;
    return [ends.source, ends.destination].some(
      (pop) => ledger?.maintenance.pops.includes(pop) || (lastDown.get(pop) ?? -Infinity) >= slot,
    );
  };

  /** Tells that a port is down, where that is not told yet and nothing keeps it quiet. */
  const tellOpen = (port: PopId, outage: PortOutage): void => {
    if (outage.told || ledger === null || ledger.maintenance.pops.includes(port)) return;
    outage.told = true;
    tell({ event: 'outage.opened', at: clock.now(), port, from: outage.from, to: null });
  };
  const freshOutage = (from: EpochMs): PortOutage => ({ observers: new Set(), from, to: from, told: false });
  /** The same outage, as an earlier run told of it; its group may have grown towards the past since. */
  const goesOn = (port: PopId, from: EpochMs): PortOutage | null => {
    const before = toldBefore.get(port);
    toldBefore.delete(port);
    return before === undefined || before < from
      ? null
      : { observers: new Set(), from: before, to: before, told: true };
  };
  const opened = (port: PopId, observer: PopId, from: EpochMs): void => {
    const outage = outages.get(port) ?? goesOn(port, from) ?? freshOutage(from);
    outage.observers.add(observer);
    outages.set(port, outage);
    lastDown.set(port, Infinity);
    tellOpen(port, outage);
  };
  const closed = (port: PopId, observer: PopId, to: EpochMs): void => {
    const outage = outages.get(port);
    lastDown.set(port, Math.max(to, outage?.to ?? to));
    if (!outage?.observers.delete(observer)) return;
    outage.to = Math.max(outage.to, to);
    if (outage.observers.size > 0) {
      lastDown.set(port, Infinity);
      return;
    }
    outages.delete(port);
    if (!outage.told) return;
    tell({ event: 'outage.closed', at: clock.now(), port, from: outage.from, to: outage.to });
  };

  return {
    events: {
      outageChanged: ({ observer, port, start, end, voided }) => {
        if (end === null && voided === null) opened(port, observer, start.at);
        // A voided outage was none: what was reported of it is taken back as ended at once.
        else closed(port, observer, end?.at ?? start.at);
      },
    },
    standing: {
      roundGraded: (path, _grade, { slot, severe: isSevere }) => {
        const at = clock.now();
        if (isSevere && !severe.has(path) && !isExplained(path, slot)) {
          severe.add(path);
          tell({ event: 'path.severe', at, path, slot });
        } else if (!isSevere && severe.delete(path)) tell({ event: 'path.recovered', at, path, slot });
      },
      services: (standings) => {
        for (const standing of standings) {
          const usedPercent = budgetStep(standing);
          if (usedPercent === null) continue;
          const { service, periodStart } = standing;
          const event = {
            event: 'month.budget',
            at: clock.now(),
            service,
            periodStart,
            usedPercent,
          } as const;
          const before = budgets.get(service);
          if (before?.began === periodStart && (before.used ?? 0) >= usedPercent) continue;
          budgets.set(service, { began: periodStart, used: usedPercent });
          tell(event);
        }
      },
      ledger: (standing) => {
        ledger = standing;
        for (const [port, outage] of outages) tellOpen(port, outage);
      },
    },
    restore: async (watch, { reopen }) => {
      for (const { event, about, began, used } of await store.outbox.told()) {
        if (event === 'outage.opened') toldBefore.set(about, began);
        else if (event === 'path.severe') severe.add(about);
        else budgets.set(about, { began, used });
      }
      // Ended ones too: the observer that saw an outage first may have seen its end already.
      const rows = await watch.outages({ from: clock.now() - restoredMs });
      const groups = groupMeasured(rows);
      for (const [port, from] of toldBefore) {
        const group = groups.find((one) => one.port === port && one.from <= from && from <= (one.to ?? from));
        const to = group?.isVoid === true ? from : (group?.to ?? null);
        if (to === null) continue;
        toldBefore.delete(port);
        tell({ event: 'outage.closed', at: clock.now(), port, from, to });
      }
      if (!reopen) return;
      for (const { port, from, to, rows: seen } of groups)
        if (to === null)
          for (const { observer, end, voided } of seen)
            if (end === null && voided === null) opened(port, observer, from);
    },
    idle: async () => {
      await under;
    },
    stop: async () => {
      stopping.abort();
      await under;
    },
  };
}

/** The greatest step of the budget that is reached; null: none. */
function budgetStep({ unavailableMs, allowedMs }: ServiceStanding): number | null {
  if (unavailableMs <= 0) return null;
  return budgetSteps.find((percent) => unavailableMs * 100 >= allowedMs * percent) ?? null;
}
