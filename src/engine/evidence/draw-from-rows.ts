import { noHash } from '../../core/ledger/chain.js';
import type { Assembler } from '../../core/statement/assemble.js';
import type { RuleSet } from '../../core/statement/rule-set.js';
import type { EpochMs } from '../../core/types.js';
import { drawMonth } from '../statement/draw.js';
import type { EvidenceRows } from './contents.js';
import { withPlansOfToday } from './older-plans.js';
import { evidenceStore } from './memory-store.js';

export interface DrawFromRowsOptions {
  readonly month: string;
  /** Up to when the rows were taken. */
  readonly now: EpochMs;
  readonly software: string;
  readonly ruleSet: RuleSet;
}

/** The statements of a customer's month, drawn up from rows in memory as the daemon draws them up from its database. */
export async function drawFromRows(
  rows: EvidenceRows,
  { month, now, software, ruleSet }: DrawFromRowsOptions,
): Promise<Assembler> {
  const config = { ...rows.terms, book: withPlansOfToday(rows.terms.book), bookBase: null };
  const drawn = await drawMonth({ store: evidenceStore(rows), config, now, software, ruleSet }, month);
  const { seq, hash } = rows.ledger.at(-1) ?? { seq: 0, hash: noHash };
  return {
    services: drawn.services,
    unjudged: drawn.unjudged,
    // The links that are closed count as well.
    draft: (service) => {
      const document = drawn.draft(service);
      return { ...document, inputs: { ...document.inputs, ledgerHead: { seq, hash } } };
    },
  };
}
