import type { Config } from '../../config/config.js';
import {
  ruleSetOf,
  type SealedStatement,
  type StatementDocument,
  statementId,
} from '../../core/statement/document.js';
import type { RuleSet } from '../../core/statement/rule-set.js';
import type { EpochMs } from '../../core/types.js';
import { zoneDataVersion } from '../../engine/clock.js';
import { keyFolder } from '../../seal/keys.js';
import { makePack, type PackKey } from '../../seal/pack.js';
import type { Store } from '../../store/store.js';
import { withLedgerEntries } from '../customers/in-force.js';
import { ruleSetOfMonth } from '../statements/draw.js';
import { collectRows } from './collect.js';
import { type EvidenceRows, isOpen, membersOf } from './contents.js';
import { drawFromRows } from './draw-from-rows.js';
import { recomputedDifferences } from './verify.js';

interface PackOptions {
  readonly store: Store;
  readonly config: Config;
  readonly service: string;
  /** Such as `2026-10`. */
  readonly month: string;
  readonly now: EpochMs;
  readonly software: string;
}

/** A summary of a pack that was made. */
export interface EvidenceMade {
  readonly bytes: number;
  readonly revision: number;
  readonly state: 'draft' | 'sealed';
  /** Null: there is no key, so it is not signed. */
  readonly signedBy: string | null;
  readonly rounds: number;
  readonly packets: number;
  /** Names of others in ledger entries of the pack, besides its customer. */
  readonly others: readonly string[];
}

/** There is no such statement, or its source data has changed since; the message says what to do. */
export class EvidenceUnavailableError extends Error {
  override readonly name = 'EvidenceRefused';
}

/** Makes the pack of one service's month. Rejects with an `EvidenceUnavailableError`, `StoreError` or `KeyError`. */
export async function packEvidence(
  options: PackOptions,
): Promise<{ readonly pack: Uint8Array; readonly made: EvidenceMade }> {
  const { store, config, service, month, software } = options;
  const key = await packKey(config);
  const revisions = await revisionsOf(store, statementId(month, service));
  const keys = (await keyFolder(config.keys.folder).list()).map(({ id, pem }) => ({ id, pem }));
  const last = revisions.at(-1)?.document;
  const ruleSet = last ? ruleSetOf(last) : await ruleSetOfMonth(store.statements, month);
  const rows = await collectRows({ store, config, service, month, revisions, keys, ruleSet });
  if (rows === null) throw await unknownService(service, { store, config });
  const statement = last ?? (await draftOf(rows, ruleSet, options));
  const evidence = { ...rows, statement };
  // A pack whose rows do not reproduce its statement would prove nothing.
  const [different] = await recomputedDifferences(evidence, software);
  if (different) {
    throw new EvidenceUnavailableError(
      `${statement.id}, revision ${statement.revision}, is not what its rows give by now: ${different.field} is ` +
        `${different.stated} in it, and ${different.recomputed} from them; make another revision: pop-sla statements revise`,
    );
  }
  const pack = makePack(membersOf(evidence), key, zoneDataVersion);
  return {
    pack,
    made: {
      bytes: pack.length,
      revision: statement.revision,
      state: statement.state,
      signedBy: key?.signer.id ?? null,
      rounds: evidence.rounds.length,
      packets: evidence.packets.length,
      others: othersNamed(rows),
    },
  };
}

/** The sealed revisions, oldest first. */
async function revisionsOf(
  { statements }: Pick<Store, 'statements'>,
  id: string,
): Promise<SealedStatement[]> {
  const last = await statements.sealed(id);
  const revisions: SealedStatement[] = [];
  for (let revision = 1; revision <= (last?.document.revision ?? 0); revision += 1) {
    const sealed = await statements.sealed(id, revision);
    if (sealed) revisions.push(sealed);
  }
  return revisions;
}

async function draftOf(
  rows: EvidenceRows,
  ruleSet: RuleSet,
  { service, month, now, software }: PackOptions,
): Promise<StatementDocument> {
  const drawn = await drawFromRows(rows, { month, now, software, zoneData: zoneDataVersion, ruleSet });
  const reason = drawn.unjudged.get(service);
  if (reason !== undefined)
    throw new EvidenceUnavailableError(`service '${service}' can't be judged in ${month}: ${reason}`);
  if (drawn.services.includes(service)) return drawn.draft(service);
  const known = rows.terms.book.services.find(({ id }) => id === service);
  const until = known?.end == null ? '' : ` to before ${known.end}`;
  throw new EvidenceUnavailableError(
    `service '${service}' has no day in ${month}; allowed: a month from ${known?.start ?? ''}${until}`,
  );
}

async function unknownService(
  service: string,
  { store, config }: { readonly store: Pick<Store, 'ledger'>; readonly config: Config },
): Promise<EvidenceUnavailableError> {
  const { services } = withLedgerEntries(config, await store.ledger.events()).book;
  const ids = services.map(({ id }) => id).sort();
  const known = ids.slice(0, 12).join(', ') || 'nothing: there are no services';
  const more = ids.length > 12 ? `, … (${ids.length} in all)` : '';
  return new EvidenceUnavailableError(`no service '${service}'; allowed: ${known}${more}`);
}

/** Null: no key was ever made. */
async function packKey({ keys }: Config): Promise<PackKey | null> {
  const folder = keyFolder(keys.folder);
  const current = (await folder.list()).find((key) => key.current);
  return current ? { signer: await folder.signer(), publicPem: current.pem } : null;
}

/** Customers, services and lines in the pack's open ledger entries that do not belong to its customer. */
function othersNamed({ ledger, terms }: Pick<EvidenceRows, 'ledger' | 'terms'>): string[] {
  const { services, lines } = terms.book;
  const names = {
    customers: new Set(services.map(({ customer }) => customer)),
    services: new Set(services.map(({ id }) => id)),
    lines: new Set(lines.map(({ id }) => id)),
  };
  const named = ledger.filter(isOpen).flatMap(({ action }) => {
    if (action.type !== 'exclusion-proposed' || action.scope === 'all') return [];
    const { scope } = action;
    return (['customers', 'services', 'lines'] as const).flatMap((list) =>
      scope[list].filter((name) => !names[list].has(name)),
    );
  });
  return [...new Set(named)].sort();
}
