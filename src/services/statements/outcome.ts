import type { Assembler } from '../../core/statement/assemble.js';
import { changeOf } from '../../core/statement/compare.js';
import {
  statementId,
  type SealedStatement,
  type StatementChange,
  type StatementDocument,
} from '../../core/statement/document.js';
import { changeLines, reportWords } from '../../i18n/report.js';

/** The result for one statement that was to be sealed or revised. */
export interface Outcome {
  readonly id: string;
  readonly outcome: 'sealed' | 'already-sealed' | 'prepared' | 'unchanged' | 'incomplete' | 'refused';
  /** The latest sealed revision; null: none is sealed. */
  readonly revision: number | null;
  readonly hash: string | null;
  readonly credit: string;
  readonly currency: string;
  /** For a later revision: the signed difference of the credit. */
  readonly creditDifference: string | null;
  /** What changed, or why it was not sealed, one line each. */
  readonly why: readonly string[];
}

export const englishReasons = (change: StatementChange | null): string[] =>
  changeLines(reportWords.en, change?.why ?? []);

export const noReason = 'is incomplete: sealed only with --accept-incomplete REASON';

export function outcomeOf({ id, total, currency }: StatementDocument, outcome: Outcome['outcome']): Outcome {
  const { credit } = total;
  return { id, outcome, revision: null, hash: null, credit, currency, creditDifference: null, why: [] };
}

/** A service that can't be judged has no statement, and the others have theirs all the same; null: it is judged. */
export function unjudged(month: string, service: string, drawn: Assembler): Outcome | null {
  const reason = drawn.unjudged.get(service);
  if (reason === undefined) return null;
  return {
    id: statementId(month, service),
    outcome: 'refused',
    revision: null,
    hash: null,
    credit: '0',
    currency: '',
    creditDifference: null,
    why: [`can't be judged: ${reason}`],
  };
}

export const incomplete = (document: StatementDocument): Outcome => ({
  ...outcomeOf(document, 'incomplete'),
  why: [noReason],
});

/** Months are sealed in their order, since what a later one is paid with may rest on the earlier one. */
export const notInOrder = (fresh: StatementDocument, skipped: readonly string[]): Outcome => ({
  ...outcomeOf(fresh, 'refused'),
  why: [`${skipped.join(', ')} of it is not sealed: seal that first, or --out-of-order REASON`],
});

/** Sealing again succeeds where nothing changed; otherwise a revision is needed. */
export function alreadySealed({ document, hash }: SealedStatement, fresh: StatementDocument): Outcome {
  const { revision } = document;
  const change = changeOf(document, fresh);
  if (change === null) return { ...outcomeOf(document, 'already-sealed'), revision, hash };
  const what = `is sealed as revision ${revision}, and its source data has changed: pop-sla statements revise`;
  return { ...outcomeOf(document, 'refused'), revision, hash, why: [what, ...englishReasons(change)] };
}
