import type { Config } from '../../config/config.js';
import { pathEnds } from '../../core/path.js';
import type { SlotSummary } from '../../core/measurement/figures.js';
import { windowKinds, type WindowKind } from '../../core/standing.js';
import type { EpochMs, PathId } from '../../core/types.js';
import { bandJson } from '../../render/tickets.js';
import { isoInstant } from '../../render/figures.js';
import { outageJson } from '../../render/ledger.js';
import { networkNames } from '../../render/ledger/traces.js';
import { traceOutages } from '../ledger/trace-outages.js';
import { roundJson } from '../../render/rounds.js';
import { canonicalJson, plain } from '../../seal/canonical.js';
import type { Store } from '../../store/store.js';
import type { LedgerService } from '../ledger/service.js';
import { bandsOf } from './file.js';

interface EvidenceOptions {
  readonly store: Pick<Store, 'rounds' | 'ledger'> & { readonly watch: Pick<Store['watch'], 'traces'> };
  readonly outages: LedgerService['outages'];
  readonly config: Config;
  readonly now: EpochMs;
  readonly window: WindowKind;
  readonly paths: readonly PathId[];
  readonly service: string | null;
  /** The plan that judges the paths. */
  readonly plan: string;
  /** The PoPs of the service's lines; the ends of the paths are included as well. */
  readonly pops: readonly string[];
}

const dayMs = 86_400_000;
/** A month of rounds every 30 minutes is 1,488; beyond this number, rounds are counted and left out. */
const maxRounds = 2_000;

interface Evidence {
  /** Canonical JSON in UTF-8, so that the stored bytes are those that were hashed. */
  readonly content: Uint8Array;
  /** The worst band over paths and metrics, by its place in the plan; null: nothing was measured. */
  readonly worst: { readonly id: string; readonly place: 'best' | 'middle' | 'last' } | null;
  /** When the window begins; for a single round, its slot. */
  readonly from: EpochMs | null;
}

/** The evidence as of the request: the bands, their figures, and the rounds and outages behind them. */
export async function makeEvidence(options: EvidenceOptions): Promise<Evidence> {
  const { config, now, window, paths, service, plan, pops } = options;
  const bands: object[] = [];
  const rounds: { path: string; leftOut: number; rounds: object[] }[] = [];
  const chosen = [];
  for (const path of paths) {
    for (const { windows } of await bandsOf(options, path, plan)) {
      for (const each of windows) bands.push(bandJson(each, plan));
      const one = windows.find(({ window: { kind } }) => kind === window);
      if (!one) continue;
      chosen.push(one);
      const behind = await roundsIn(options, path, one.window.from, one.window.to);
      rounds.push({ path, ...behind });
    }
  }
  const ports = new Set([
    ...pops,
    ...paths.flatMap((path) => {
      const ends = pathEnds(path);
      return ends ? [ends.source, ends.destination] : [];
    }),
  ]);
  // Customers read this: who corrected an outage, why and by which proof stays internal.
  const counted = (await options.outages({ from: now - dayMs, to: now })).flatMap((outage) =>
    ports.has(outage.port) && outage.counts !== null
      ? [{ ...outage, corrections: [], attribution: null }]
      : [],
  );
  const outages = await traceOutages(options.store.watch, counted, now);
  const networkOf = networkNames(config.networks);
  const document = {
    version: 1,
    madeAt: isoInstant(now),
    agent: config.agent,
    window,
    windows: windowKinds,
    plan,
    service,
    paths,
    bands,
    rounds,
    outages: outages.map((one) => outageJson(one, networkOf)),
  };
  const rules = config.book.plans.get(plan)?.versions.at(-1);
  const lists = [rules?.latency.bands ?? [], rules?.loss.bands ?? []] as const;
  return {
    content: new TextEncoder().encode(canonicalJson(plain(document))),
    worst: worstOf(
      chosen.flatMap(({ latencyBand, lossBand }) => [
        { list: lists[0], id: latencyBand?.id },
        { list: lists[1], id: lossBand?.id },
      ]),
    ),
    from: chosen[0]?.window.from ?? null,
  };
}

async function roundsIn({ store }: EvidenceOptions, path: PathId, from: EpochMs, to: EpochMs) {
  const found: SlotSummary[] = await store.rounds.list({ path, from, to, limit: maxRounds + 1 });
  const shown = found.slice(0, maxRounds);
  return { leftOut: found.length - shown.length, rounds: shown.reverse().map(roundJson) };
}

function worstOf(
  bands: readonly { readonly list: readonly { readonly id: string }[]; readonly id: string | undefined }[],
): Evidence['worst'] {
  let worst: { id: string; index: number; of: number } | null = null;
  for (const { list, id } of bands) {
    const index = list.findIndex((band) => band.id === id);
    if (id !== undefined && index >= 0 && index > (worst?.index ?? -1))
      worst = { id, index, of: list.length };
  }
  if (!worst) return null;
  const place = worst.index === 0 ? 'best' : worst.of > 2 && worst.index === worst.of - 1 ? 'last' : 'middle';
  return { id: worst.id, place };
}
