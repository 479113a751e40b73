import type { RuleSet } from './rule-set.js';
import type { ExclusionPart, OutagePart, Part, PathPart, Span } from './document-parts.js';

export type * from './document-parts.js';

/** The document formats that this program reads and writes, one for each rule set. */
export const statementFormats = [
  'pop-sla-statement/1',
  'pop-sla-statement/2',
  'pop-sla-statement/3',
  'pop-sla-statement/4',
] as const;
type StatementFormat = (typeof statementFormats)[number];

export const formatOf = (ruleSet: RuleSet): StatementFormat => `pop-sla-statement/${ruleSet}`;

/** The rule set under which a statement was created. */
export const ruleSetOf = ({ format }: Pick<StatementDocument, 'format'>): RuleSet => ruleSetOfFormat[format];

const ruleSetOfFormat: Readonly<Record<StatementFormat, RuleSet>> = {
  'pop-sla-statement/1': 1,
  'pop-sla-statement/2': 2,
  'pop-sla-statement/3': 3,
  'pop-sla-statement/4': 4,
};

/**
 * One service's month as it is hashed and signed. Its canonical form allows strings, integers, booleans, null, arrays
 * and objects only. It contains ids only and no personal data.
 */
export interface StatementDocument {
  readonly format: StatementFormat;
  /** The version of the calculation; absent in the first. */
  readonly ruleSet?: 2 | 3 | 4;
  /** `<month>/<service>`. */
  readonly id: string;
  /** `2026-10`. */
  readonly month: string;
  readonly service: string;
  /** Starts at 1. */
  readonly revision: number;
  readonly state: 'draft' | 'sealed';
  /** For a month in progress, the instant up to which it is calculated; null: the month is over. */
  readonly toDate: string | null;
  readonly customer: string;
  readonly site: string;
  /** On the month's first day, from the direct seller upwards. */
  readonly sellers: readonly string[];
  /** The program version that created it. */
  readonly software: string;
  /** The instant up to which source data was read. */
  readonly asOf: string;
  readonly currency: string;
  readonly total: StatementTotal;
  /** True when no part has more unobserved time than its plan allows. */
  readonly complete: boolean;
  /** The reason for sealing it although it is incomplete. */
  readonly acceptedIncomplete: string | null;
  /** One part; under the first rule set one for each of the service's terms. */
  readonly parts: readonly Part[];
  readonly paths: readonly PathPart[];
  readonly outages: readonly OutagePart[];
  readonly exclusions: readonly ExclusionPart[];
  /** When any of the service's lines was unobserved. */
  readonly unobserved: readonly Span[];
  /** The shortest outage that is certain to be detected, milliseconds. */
  readonly shortestSureOutageMs: number;
  /** The difference from the revision before; null for the first. */
  readonly change: StatementChange | null;
  readonly inputs: StatementInputs;
  /** The hash of the revision before; null for the first. */
  readonly previous: string | null;
}

export interface StatementTotal {
  readonly rent: string;
  /** Gross, tax included. */
  readonly credit: string;
  /** The tax contained in the credit; null where a part has no tax rate. */
  readonly tax: string | null;
  readonly net: string | null;
  /** Null: no rate is known, or the parts have different rates. */
  readonly taxRatePercent: string | null;
}

/** The values that go with each code of a `ChangeReason`. */
interface ChangeReasonValues {
  'exclusion-approved': { id: string; kind: ExclusionPart['kind']; by: string; at: string };
  'exclusion-changed': { id: string };
  'exclusion-removed': { id: string; kind: ExclusionPart['kind'] };
  'outage-added': { ref: string; from: string; by: string; at: string; reason: string };
  'outage-late': { ref: string; from: string };
  'outage-corrected': { ref: string; from: string } & Pick<
    OutagePart['corrections'][number],
    'id' | 'does' | 'by' | 'at' | 'reason'
  >;
  'outage-moved': { ref: string; from: string };
  'outage-state': { ref: string; from: string; now: OutagePart['state']; before: OutagePart['state'] };
  'outage-removed': { ref: string };
  'path-added': { path: string };
  'path-rounds': { path: string; now: number; before: number };
  'path-measured': { path: string };
  'path-commitment': { path: string; nowUs: string | null; beforeUs: string | null };
  'unobserved-changed': object;
  'terms-changed': object;
  'sellers-changed': object;
  'zone-data': { now: string | null; before: string | null };
  'software-changed': { now: string; before: string };
  'figures-changed': object;
}

export type ChangeReasonCode = keyof ChangeReasonValues;

/** What was entered, measured or configured between two revisions: a code with its values, and no sentence. */
export type ChangeReason<Code extends ChangeReasonCode = ChangeReasonCode> = {
  [C in Code]: { readonly code: C } & Readonly<ChangeReasonValues[C]>;
}[Code];

export interface StatementChange<Reason = ChangeReason | string> {
  /** The revision that it is compared with. */
  readonly since: number;
  /** What was entered, measured or configured since. Sentences in the formats before `pop-sla-statement/4`. */
  readonly why: readonly Reason[];
  /** Changed figures, by field such as `parts[0].credit.amount`. */
  readonly differences: readonly {
    readonly field: string;
    readonly from: string | null;
    readonly to: string | null;
  }[];
  /** Signed: positive when more is credited, negative when less is. */
  readonly creditDifference: string;
}

export interface StatementInputs {
  /** Digest over all source data of the figures: a different digest means that some source data changed. */
  readonly digest: string;
  readonly ledgerHead: { readonly seq: number; readonly hash: string };
  /** The number of rounds that count, and the digest of their sums by path and day. */
  readonly rounds: { readonly count: number; readonly digest: string };
  /** Digest of the configuration in effect: terms, commitments, measurement and watch parameters. */
  readonly config: string;
  /**
   * The version of the time zone data that gave the month its bounds, such as `2026c`; absent where the runtime does
   * not say, and in statements of version 0.1.0.
   */
  readonly zoneData?: string;
}

/** A revision that was sealed and can't change any more. */
export interface SealedStatement {
  readonly document: StatementDocument;
  /** SHA-256 of the document's canonical JSON, hexadecimal. */
  readonly hash: string;
  /** The id of the signing key. */
  readonly key: string;
  /** Ed25519 signature over the hash together with the key id, time and person of the sealing, base64. */
  readonly signature: string;
  readonly sealedAt: string;
  readonly sealedBy: string;
}

/** The id of a statement: `2026-10/harbour-bank-backbone`. */
export const statementId = (month: string, service: string): string => `${month}/${service}`;

/** What the id of a statement is made of; empty where it has no such part. */
export function partsOfStatementId(id: string): { readonly month: string; readonly service: string } {
  const [month = '', ...service] = id.split('/');
  return { month, service: service.join('/') };
}
