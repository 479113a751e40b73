import type { Config } from '../../config/config.js';
import { approvedExcuses, foldExclusions } from '../../core/ledger/exclusions.js';
import { figuresFromRounds, isHeld } from '../../core/measurement/figures.js';
import { type Band, monthOf, type Plan, versionFor } from '../../core/plan.js';
import { judgeWindow } from '../../core/standing.js';
import {
  type BandedRound,
  followSuggestion,
  suggestedMetrics,
  type Suggestion,
} from '../../core/ticket/suggestion.js';
import { formatInstant } from '../../core/time/calendar.js';
import type { EpochMs, PathId } from '../../core/types.js';
import type { EngineEvents, Log } from '../../engine/ports.js';
import type { Store } from '../../store/store.js';
import { commitmentsIn } from '../months/load-case.js';
import { plansOfPath } from '../quality.js';
import { serviceAt } from './file.js';

interface SuggesterOptions {
  readonly store: SuggestOptions['store'];
  readonly config: () => Config;
  readonly now: () => EpochMs;
  readonly log: Log;
}

/** Follows stored rounds and raises suggestions; evaluates one path at a time. */
export function createSuggester({ store, config, now, log }: SuggesterOptions): {
  readonly events: Partial<EngineEvents>;
  /** Resolves when no evaluation is in progress. */
  idle(): Promise<void>;
} {
  const under = new Map<PathId, Promise<void>>();
  const look = async (path: PathId): Promise<void> => {
    try {
      const found = await lookAtPath({ store, config: config(), path, now: now() });
      if (!found || found.lastSlot === found.firstSlot) return;
      const fields = { path, metrics: found.metrics, since: new Date(found.firstSlot).toISOString() };
      if (found.endedSlot !== null) log.info(fields, 'what suggested a fault report is over');
      else log.info(fields, 'a path suggests a fault report');
    } catch (error) {
      log.error({ err: error, path }, 'a path could not be looked at for a suggestion');
    }
  };
  return {
    events: {
      roundStored: ({ path, status }) => {
        if (status !== 'ok') return;
        const next = (under.get(path) ?? Promise.resolve()).then(() => look(path));
        under.set(path, next);
        void next.then(() => {
          if (under.get(path) === next) under.delete(path);
        });
      },
    },
    idle: async () => {
      await Promise.all(under.values());
    },
  };
}

interface SuggestOptions {
  readonly store: Pick<Store, 'rounds' | 'suggestions' | 'targets' | 'outbox' | 'ledger'>;
  readonly config: Config;
  readonly path: PathId;
  readonly now: EpochMs;
}

/**
 * Evaluates a path's newest rounds, and opens, continues or ends its suggestion; resolves to the suggestion where that
 * changed. Planned maintenance and missing rounds count neither as degraded nor as normal. With several plans, the path
 * is degraded when any of them says so.
 */
export async function lookAtPath({ store, config, path, now }: SuggestOptions): Promise<Suggestion | null> {
  const { suggestAfterRounds } = config.faults;
  const plans = plansOfPath(config.book, path, now);
  if (plans.length === 0) return null;
  const [open = null] = await store.suggestions.list({ path, open: true, limit: 1 });
  const exclusions = approvedExcuses(foldExclusions(await store.ledger.events()));
  const found = await store.rounds.list({ path, to: now + 1, limit: suggestAfterRounds * 4 + 8 });
  const rounds = found.flatMap((round) => (round.status === 'missing' ? [] : [round])).filter(isHeld);
  const banded = rounds.flatMap((round): BandedRound[] => {
    const each = plans.flatMap((plan) => judge(plan, round.slot) ?? []);
    const judged = each.flatMap(({ bands }) => bands);
    if (judged.length === 0) return [];
    const worse = suggestedMetrics.filter((metric) =>
      judged.some((one) => one.metric === metric && one.worse),
    );
    return [{ slot: round.slot, worse }];
  });
  const next = followSuggestion({ path, open, rounds: banded, afterRounds: suggestAfterRounds, now });
  if (!next) return null;
  await store.suggestions.put(next);
  if (open === null) {
    // Loaded when there is something to notify of: it has the words of all languages.
    const { suggestionDrafts } = await import('../notifications/notifier.js');
    const drafts = suggestionDrafts(next, await store.targets.list(), config, customersOf(config, path, now));
    if (drafts.length > 0) await store.outbox.add(drafts);
  }
  return next;

  function judge(plan: Plan, slot: EpochMs) {
    const zone = plan.versions[0]?.timeZone ?? 'UTC';
    const name = formatInstant(slot, zone).slice(0, 7);
    const version = versionFor(plan, name);
    if (version === null) return null;
    const [commitment] = commitmentsIn(config, [path], monthOf(version, name), version);
    const { everyMs } = config.measurement;
    const { latencyBand, lossBand } = judgeWindow({
      path,
      everyMs,
      plan: version,
      exclusions,
      due: { from: null, to: null },
      window: { kind: 'round', from: slot, to: slot + 1 },
      commitmentUs: commitment?.latencyUs ?? null,
      figuresOf: figuresFromRounds(() => rounds),
    });
    const bands = [
      bandOf('latency', latencyBand, version.latency.bands),
      bandOf('loss', lossBand, version.loss.bands),
    ];
    return { bands: bands.flat() };
  }
}

function bandOf(metric: 'latency' | 'loss', band: Band | null, bands: readonly Band[]) {
  return band === null ? [] : [{ metric, worse: bands.findIndex(({ id }) => id === band.id) > 0 }];
}

/** Customers whose services use the path now. */
function customersOf(config: Config, path: PathId, at: EpochMs): string[] {
  const ids = new Set(config.book.services.map(({ id }) => id));
  const using = [...ids].flatMap((id) => serviceAt(config, id, at) ?? []);
  return [...new Set(using.flatMap((one) => (one.paths.includes(path) ? (one.customer ?? []) : [])))];
}
