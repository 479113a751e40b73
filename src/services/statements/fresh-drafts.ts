import type { Config } from '../../config/config.js';
import type { Assembler } from '../../core/statement/assemble.js';
import type { StatementDocument } from '../../core/statement/document.js';
import type { EpochMs } from '../../core/types.js';
import { digestOf } from '../../seal/canonical.js';
import type { Store } from '../../store/store.js';
import { creditOf } from './draw.js';

interface FreshDraftsOptions {
  readonly store: Pick<Store, 'ledger' | 'statements'>;
  readonly config: () => Config;
  readonly now: () => EpochMs;
  readonly drawn: (month: string, services: readonly string[]) => Promise<Assembler>;
}

/** Data of agents may come in late at any time: drafts are compared with it again after so long. */
const againMs = 10 * 60_000;

/**
 * The drafts of a month whose source data has changed, created anew and not stored: for whoever may only read. A service
 * that left the month or can't be judged any more keeps its draft: sealing tells why.
 */
export async function changedDrafts(
  { store, drawn }: Pick<FreshDraftsOptions, 'store' | 'drawn'>,
  query: { readonly month: string; readonly service?: string },
): Promise<StatementDocument[]> {
  const drafts = (await store.statements.list(query)).filter(({ state }) => state === 'draft');
  if (drafts.length === 0) return [];
  const services = drafts.map(({ service }) => service);
  const assembler = await drawn(query.month, services);
  const changed: StatementDocument[] = [];
  for (const { id, service } of drafts) {
    const before = await store.statements.draft(id);
    if (!before || !assembler.services.includes(service) || assembler.unjudged.has(service)) continue;
    const document = assembler.draft(service);
    const { digest, ledgerHead } = before.document.inputs;
    if (digest === document.inputs.digest && ledgerHead.seq === document.inputs.ledgerHead.seq) continue;
    changed.push(document);
  }
  return changed;
}

interface LookedAt {
  readonly config: Config;
  readonly head: number;
  readonly at: EpochMs;
}

/**
 * Keeps drafts in line with the ledger, the configuration and the measurements: the function that it returns creates
 * those of a month anew whose source data has changed. It does nothing where it looked at the month before and nothing
 * was entered or configured since.
 */
export function freshDrafts({
  store,
  config,
  now,
  drawn,
}: FreshDraftsOptions): (month: string) => Promise<void> {
  const looked = new Map<string, LookedAt>();
  let head = 0;
  const renew = async (month: string): Promise<void> => {
    for (const document of await changedDrafts({ store, drawn }, { month }))
      await store.statements.putDraft({ document, hash: digestOf(document), at: now() }, creditOf(document));
  };
  return async (month) => {
    head = (await store.ledger.events({ after: head })).at(-1)?.seq ?? head;
    const isFresh = (): boolean => {
      const before = looked.get(month);
      return before?.config === config() && before.head === head && now() - before.at < againMs;
    };
    if (isFresh()) return;
    await store.statements.inTurn(month, async () => {
      // Whoever waited for somebody who looked meanwhile need not look again.
      if (isFresh()) return;
      const before = { config: config(), head, at: now() };
      await renew(month);
      looked.set(month, before);
    });
  };
}
