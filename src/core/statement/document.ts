import type { RuleSet } from './rule-set.js';
import type { ExclusionPart, OutagePart, Part, PathPart, Span } from './document-parts.js';

export type * from './document-parts.js';

/** The formats that this program reads and draws up; the second came with the second rule set. */
export const statementFormats = ['pop-sla-statement/1', 'pop-sla-statement/2'] as const;
type StatementFormat = (typeof statementFormats)[number];

export const formatOf = (ruleSet: RuleSet): StatementFormat =>
  ruleSet === 1 ? 'pop-sla-statement/1' : 'pop-sla-statement/2';

/** The rule set that a statement was drawn up by. */
export const ruleSetOf = ({ format }: Pick<StatementDocument, 'format'>): RuleSet =>
  format === 'pop-sla-statement/1' ? 1 : 2;

/**
 * One service's month as it is hashed and signed. It has one spelling: texts, whole numbers, truth values, null, lists
 * and objects. It names ids only, and nobody's personal data.
 */
export interface StatementDocument {
  readonly format: StatementFormat;
  /** The version of the calculation; left out by the first. */
  readonly ruleSet?: 2;
  /** `<month>/<service>`. */
  readonly id: string;
  /** `2026-10`. */
  readonly month: string;
  readonly service: string;
  /** From 1 on. */
  readonly revision: number;
  readonly state: 'draft' | 'sealed';
  /** A month that is not over: up to when it is drawn up. Null: it is over. */
  readonly toDate: string | null;
  readonly customer: string;
  readonly site: string;
  /** On the month's first day, nearest first. */
  readonly sellers: readonly string[];
  /** The version of the program that drew it up. */
  readonly software: string;
  /** Up to when its inputs were taken. */
  readonly asOf: string;
  readonly currency: string;
  readonly total: StatementTotal;
  /** No part had more unobserved time than its plan allows. */
  readonly complete: boolean;
  /** Why it was sealed although it is not complete. */
  readonly acceptedIncomplete: string | null;
  /** One; by the first rule set one for each of the service's terms. */
  readonly parts: readonly Part[];
  readonly paths: readonly PathPart[];
  readonly outages: readonly OutagePart[];
  readonly exclusions: readonly ExclusionPart[];
  /** When any of its lines was watched by nobody. */
  readonly unobserved: readonly Span[];
  /** An outage at least this long is sure to be seen. */
  readonly shortestSureOutageMs: number;
  /** Null: it is the first. */
  readonly change: StatementChange | null;
  readonly inputs: StatementInputs;
  /** The hash of the revision before; null: it is the first. */
  readonly previous: string | null;
}

export interface StatementTotal {
  readonly rent: string;
  /** Gross. */
  readonly credit: string;
  /** Contained in the credit; null where a part has no rate. */
  readonly tax: string | null;
  readonly net: string | null;
  /** Null: none is known, or the parts differ. */
  readonly taxRatePercent: string | null;
}

export interface StatementChange {
  /** The revision that it is held against. */
  readonly since: number;
  /** What was entered, measured or configured since, one line each. */
  readonly why: readonly string[];
  /** Figures that are others now; a field as `parts[0].credit.amount`. */
  readonly differences: readonly {
    readonly field: string;
    readonly from: string | null;
    readonly to: string | null;
  }[];
  /** Signed: what is credited more, or less with a minus. */
  readonly creditDifference: string;
}

export interface StatementInputs {
  /** Over everything that the figures rest on: another one means that something of it is another. */
  readonly digest: string;
  readonly ledgerHead: { readonly seq: number; readonly hash: string };
  /** Rounds held, and what they add up to by path and day. */
  readonly rounds: { readonly count: number; readonly digest: string };
  /** Over the configuration that it was drawn up with: terms, commitments, how is measured and watched. */
  readonly config: string;
}

/** A revision that never changes any more. */
export interface SealedStatement {
  readonly document: StatementDocument;
  /** SHA-256 of the document's canonical JSON, hexadecimal. */
  readonly hash: string;
  /** The id of the key that signed it. */
  readonly key: string;
  /** Ed25519 over the hash together with key, time and person of the sealing, base64. */
  readonly signature: string;
  readonly sealedAt: string;
  readonly sealedBy: string;
}

/** `2026-10/harbour-bank-backbone`. */
export const statementId = (month: string, service: string): string => `${month}/${service}`;
