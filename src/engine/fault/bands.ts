import type { Config } from '../../config/config.js';
import { segmentsOf } from '../../core/customer/segments.js';
import { approvedExcuses, foldExclusions } from '../../core/ledger/exclusions.js';
import type { LedgerEvent } from '../../core/ledger/actions.js';
import type { PathWindow } from '../../core/quality/windows.js';
import { formatInstant } from '../../core/time/zone.js';
import type { EpochMs, PathId } from '../../core/types.js';
import { ofSame } from '../../core/of-same.js';
import type { Store } from '../../store/store.js';
import { storedBands } from '../quality/bands.js';
import { plansOfPath } from '../quality/plans-of-path.js';

/** What a service is on a day: its plan, paths and the PoPs its lines end on; null: it is not in service then. */
export function serviceAt({ book }: Pick<Config, 'book'>, id: string, at: EpochMs) {
  for (const service of book.services.filter((one) => one.id === id)) {
    for (const segment of segmentsOf(service)) {
      const zone = book.plans.get(segment.plan)?.versions[0]?.timeZone ?? 'UTC';
      const day = formatInstant(at, zone).slice(0, 10);
      if (segment.start > day || (segment.end !== null && day >= segment.end)) continue;
      const pops = book.lines.filter((line) => segment.lines.includes(line.id)).map(({ pop }) => pop);
      return { ...segment, pops };
    }
  }
  return null;
}

export interface PathBands {
  readonly plan: string;
  readonly windows: readonly PathWindow[];
}

export interface BandsOfOptions {
  readonly store: Pick<Store, 'rounds' | 'ledger'>;
  readonly config: Config;
  readonly now: EpochMs;
}

/** Worked out once for each history. */
const excusesOf = ofSame((events: readonly LedgerEvent[]) => approvedExcuses(foldExclusions(events)));

/** The bands of a path by every plan that judges it, or by the one that is named. */
export async function bandsOf(
  { store, config, now }: BandsOfOptions,
  path: PathId,
  plan?: string,
): Promise<PathBands[]> {
  const exclusions = excusesOf(await store.ledger.events());
  const plans = plansOfPath(config.book, path, now).filter(({ id }) => plan === undefined || id === plan);
  const all: PathBands[] = [];
  for (const each of plans) {
    const query = { rounds: store.rounds, config, plan: each, path, now, exclusions };
    all.push({ plan: each.id, windows: await storedBands(query) });
  }
  return all;
}
