import type { Config } from '../../config/config.js';
import {
  followSuggestion,
  suggestedMetrics,
  type BandedRound,
  type Suggestion,
} from '../../core/fault/suggestion.js';
import { approvedExcuses, foldExclusions } from '../../core/ledger/exclusions.js';
import { figuresFromRounds, isHeld } from '../../core/measurement/figures.js';
import type { Band, Plan } from '../../core/plan/plan.js';
import { monthOf, versionFor } from '../../core/plan/version.js';
import { judgeWindow } from '../../core/quality/windows.js';
import { formatInstant } from '../../core/time/zone.js';
import type { EpochMs, PathId } from '../../core/types.js';
import type { Store } from '../../store/store.js';
import { commitmentsIn } from '../month/commitments.js';
import { serviceAt } from './bands.js';
import { suggestionDrafts } from '../notify/tell.js';
import { plansOfPath } from '../quality/plans-of-path.js';

export interface SuggestOptions {
  readonly store: Pick<Store, 'rounds' | 'suggestions' | 'targets' | 'outbox' | 'ledger'>;
  readonly config: Config;
  readonly path: PathId;
  readonly now: EpochMs;
}

/**
 * Looks at a path's newest rounds, and raises, goes on with or ends its suggestion; resolves to it where that changed.
 * Planned maintenance and missing rounds are neither worse nor normal. With several plans the path is worse when any
 * of them says so.
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
      ...{ path, everyMs, plan: version, exclusions, due: { from: null, to: null } },
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

/** Those whose services use the path now. */
function customersOf(config: Config, path: PathId, at: EpochMs): string[] {
  const ids = new Set(config.book.services.map(({ id }) => id));
  const using = [...ids].flatMap((id) => serviceAt(config, id, at) ?? []);
  return [...new Set(using.flatMap((one) => (one.paths.includes(path) ? (one.customer ?? []) : [])))];
}
