import type { Config } from '../../config/config.js';
import type { LedgerStanding } from '../../core/ledger/standing.js';
import { keyOf, type NetworkEvent } from '../../core/network-event.js';
import { pathEnds } from '../../core/path.js';
import type { ServiceStanding } from '../../core/statement/standing.js';
import type { EpochMs, PathId, PopId } from '../../core/types.js';
import type { Clock, EngineEvents, Log } from '../../engine/ports.js';
import type { Store } from '../../store/store.js';
import type { StandingEvents } from '../standing/ports.js';

interface NetworkNotifierOptions {
  readonly store: Pick<Store, 'targets' | 'outbox'>;
  readonly config: () => Config;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly log: Log;
  /** Events within this time are one message; milliseconds, 1,000 by default. */
  readonly groupMs?: number;
}

interface NetworkNotifier {
  /** What it has to hear of the engine, or of a hub's agents. */
  readonly events: Partial<EngineEvents>;
  readonly standing: Pick<StandingEvents, 'roundGraded' | 'services' | 'ledger'>;
  /** Resolves when everything heard is in the outbox. */
  idle(): Promise<void>;
}

/** A month's budget is told of at these shares of what the commitment allows, in percent. */
const budgetSteps = [100, 75, 50] as const;

/**
 * Turns what the engine and the judgement say into messages of the outbox. Approved maintenance keeps the events of
 * what it covers quiet, and an outage of a port those of the paths that end there.
 */
export function createNetworkNotifier(options: NetworkNotifierOptions): NetworkNotifier {
  const { store, config, clock, log, groupMs = 1000 } = options;
  let maintenance: LedgerStanding['maintenance'] = { pops: [], paths: [] };
  /** Outages that were told, so that their end is told too. */
  const told = new Map<PopId, EpochMs>();
  /** When each port was last down; it explains lost rounds until the next ones. */
  const lastDown = new Map<PopId, EpochMs>();
  const severe = new Set<PathId>();
  /** The latest step of each service's budget that was told. */
  const budgets = new Map<string, string>();
  let waiting: NetworkEvent[] = [];
  let under: Promise<void> = Promise.resolve();

  const flush = async (): Promise<void> => {
    await clock.sleep(groupMs);
    const events = waiting;
    waiting = [];
    try {
      // Loaded when there is something to tell: a daemon without targets never needs the words.
      const { networkDrafts } = await import('./network-drafts.js');
      const targets = (await store.targets.list()).filter(({ customer }) => customer === null);
      await store.outbox.add(targets.flatMap((target) => networkDrafts(events, target, config())));
    } catch (error) {
      log.error(
        { err: error, events: events.length },
        'events of the network could not be put into the outbox',
      );
    }
  };
  const tell = (event: NetworkEvent): void => {
    waiting.push(event);
    if (waiting.length === 1) under = under.then(flush);
  };

  const isExplained = (path: PathId, slot: EpochMs): boolean => {
    const ends = pathEnds(path);
    if (ends === null) return false;
    if (maintenance.paths.includes(path)) return true;
    return [ends.source, ends.destination].some(
      (pop) => maintenance.pops.includes(pop) || (lastDown.get(pop) ?? -Infinity) >= slot,
    );
  };

  return {
    events: {
      outageChanged: ({ port, start, end, voided }) => {
        const at = clock.now();
        lastDown.set(port, end?.at ?? (voided === null ? Infinity : start.at));
        if (end === null && voided === null) {
          if (told.has(port) || maintenance.pops.includes(port)) return;
          told.set(port, start.at);
          tell({ event: 'outage.opened', at, port, from: start.at, to: null });
          return;
        }
        const from = told.get(port);
        told.delete(port);
        // A voided outage was none: what was told of it is taken back as ended at once.
        if (from !== undefined) tell({ event: 'outage.closed', at, port, from, to: end?.at ?? from });
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
          if (budgets.get(service) === keyOf(event)) continue;
          budgets.set(service, keyOf(event));
          tell(event);
        }
      },
      ledger: (standing) => {
        ({ maintenance } = standing);
      },
    },
    idle: async () => {
      await under;
    },
  };
}

/** The greatest step of the budget that is reached; null: none. */
function budgetStep({ unavailableMs, allowedMs }: ServiceStanding): number | null {
  if (unavailableMs <= 0) return null;
  return budgetSteps.find((percent) => unavailableMs * 100 >= allowedMs * percent) ?? null;
}
