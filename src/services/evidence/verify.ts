import type { KeyObject } from 'node:crypto';
import { attachmentsOf } from '../../core/ledger/actions.js';
import { noHash } from '../../core/ledger/chain.js';
import { countSize } from '../../core/measurement/round.js';
import { ruleSetOf, type StatementDocument, statementFormats } from '../../core/statement/document.js';
import { zoneDataVersion } from '../../engine/clock.js';
import { digestOf, sha256 } from '../../seal/canonical.js';
import { fingerprint, publicKeyOf } from '../../seal/keys.js';
import { openPack, PackError } from '../../seal/pack.js';
import { sealFault } from '../../seal/statement.js';
import { type Evidence, evidenceOf, isOpen } from './contents.js';
import { drawFromRows } from './draw-from-rows.js';

interface Difference {
  /** Such as `parts[0].credit.amount`. */
  readonly field: string;
  readonly stated: string;
  readonly recomputed: string;
}

/** Every field in which two values differ, in the order of the first. */
function differences(stated: unknown, recomputed: unknown, field = ''): Difference[] {
  if (Object.is(stated, recomputed)) return [];
  if (Array.isArray(stated) && Array.isArray(recomputed)) {
    const length = Math.max(stated.length, recomputed.length);
    return Array.from({ length }, (_, index) =>
      differences(stated[index], recomputed[index], `${field}[${index}]`),
    ).flat();
  }
  if (isRecord(stated) && isRecord(recomputed)) {
    const keys = new Set([...Object.keys(stated), ...Object.keys(recomputed)]);
    return [...keys].flatMap((key) =>
      differences(stated[key], recomputed[key], field === '' ? key : `${field}.${key}`),
    );
  }
  return [{ field, stated: shown(stated), recomputed: shown(recomputed) }];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The number of scalar values in it. */
function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, each) => sum + countValues(each), 0);
}

const maxShown = 80;

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > maxShown ? `${text.slice(0, maxShown)}…` : text;
}

export interface VerifyOptions {
  readonly pack: Uint8Array;
  /** The public key (PEM) that must have signed it; null: the key in the pack is used. */
  readonly key: string | null;
  /** The program version. */
  readonly software: string;
}

export interface Verified {
  readonly statement: StatementDocument;
  readonly bytes: number;
  readonly files: number;
  /** The key's id; null: it is not signed. */
  readonly signedBy: string | null;
  readonly events: number;
  readonly openEvents: number;
  readonly revisions: number;
  readonly rounds: number;
  readonly roundsWithPackets: number;
  readonly outages: number;
  /** The number of values in the statement that the recalculation reproduced. */
  readonly figures: number;
  readonly zoneData: ZoneData;
  /** Where the recalculated statement differs; empty: it is verified. */
  readonly differences: readonly Difference[];
}

/** The time zone data with which a month was created and judged again: versions, null where unknown. */
export interface ZoneData {
  readonly there: string | null;
  readonly here: string | null;
  /** Periods of the statement that differ under this machine's data: the zone, and its period there and here. */
  readonly periods: readonly { readonly zone: string; readonly there: string; readonly here: string }[];
}

/** Verifies a pack and judges its month again. Throws a `PackError` where the pack was altered. */
export async function verifyPack({ pack, key, software }: VerifyOptions): Promise<Verified> {
  const { members, bytes, signedBy, zoneData } = openPack(pack, key);
  const evidence = evidenceOf(members);
  const shape = shapeFault(evidence);
  if (shape !== null) throw new PackError(shape);
  for (const check of [ledgerFault, attachmentFault, revisionFault, earlierFault, packetFault]) {
    const fault = guarded(() => check(evidence));
    if (fault !== null) throw new PackError(fault);
  }
  const { statement } = evidence;
  const again = await redrawn(evidence);
  return {
    statement,
    bytes,
    signedBy,
    files: members.size,
    revisions: evidence.revisions.length,
    events: evidence.ledger.length,
    openEvents: evidence.ledger.filter(isOpen).length,
    rounds: evidence.rounds.length,
    roundsWithPackets: evidence.packets.length,
    outages: evidence.outages.length,
    figures: countValues(statement),
    // A pack may be made later, and on another machine, than the statement in it.
    zoneData: {
      there: statement.inputs.zoneData ?? zoneData,
      here: zoneDataVersion,
      periods: otherPeriods(statement, again),
    },
    differences: differencesOf(statement, again, software),
  };
}

/** The differences between a statement and the one calculated from its rows. */
export async function recomputedDifferences(evidence: Evidence, software: string): Promise<Difference[]> {
  return differencesOf(evidence.statement, await redrawn(evidence), software);
}

function differencesOf(
  statement: StatementDocument,
  again: StatementDocument,
  software: string,
): Difference[] {
  // Its place among the revisions is verified by the hash chain. Texts of a derivation and of a plan belong to the
  // program, and may differ in another version.
  const { revision, state, acceptedIncomplete, change, previous } = statement;
  const comparable = {
    ...again,
    revision,
    state,
    acceptedIncomplete,
    change,
    previous,
    ...(software === statement.software && ruleSetOf(statement) !== 1
      ? {}
      : { parts: withWordsOf(statement, again) }),
  };
  return differences(statement, comparable);
}

function otherPeriods(statement: StatementDocument, again: StatementDocument): ZoneData['periods'] {
  const words = ({ from, to }: { readonly from: string; readonly to: string }) => `${from} to ${to}`;
  return statement.parts.flatMap(({ zone, period }, index) => {
    const here = again.parts[index]?.period;
    if (here === undefined || words(here) === words(period)) return [];
    return [{ zone, there: words(period), here: words(here) }];
  });
}

async function redrawn(evidence: Evidence): Promise<StatementDocument> {
  const { month, service, asOf, software, inputs } = evidence.statement;
  try {
    const drawn = await drawFromRows(evidence, {
      month,
      now: Date.parse(asOf),
      software,
      zoneData: inputs.zoneData ?? null,
      ruleSet: ruleSetOf(evidence.statement),
    });
    return drawn.draft(service);
  } catch (error) {
    throw new PackError(
      `the month can't be judged from the rows: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

const withWordsOf = (stated: StatementDocument, again: StatementDocument): StatementDocument['parts'] =>
  again.parts.map((part, index) => {
    const before = stated.parts[index];
    if (!before || before.plan.version !== part.plan.version) return part;
    const { toDate, ...known } = part;
    return {
      ...known,
      // Statements of earlier versions do not contain figures to date.
      ...(before.toDate !== undefined && toDate !== undefined && { toDate }),
      ...(before.explain !== undefined && { explain: before.explain }),
      ...(before.rulings !== undefined && { rulings: before.rulings }),
      plan: { ...part.plan, digest: before.plan.digest },
    };
  });

function guarded(check: () => string | null): string | null {
  try {
    return check();
  } catch (error) {
    return `a row has not the form it has to have: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function shapeFault({ statement, terms }: Evidence): string | null {
  const format = (statement as { readonly format?: unknown } | null)?.format;
  if (!statementFormats.some((known) => known === format))
    return 'statement.json is no statement that this program knows';
  const hasBook = (terms as Partial<Evidence['terms']> | null)?.book?.plans instanceof Map;
  return hasBook ? null : 'terms.json has no book of services and plans';
}

/** Closed events have only their links; all others are hashed again. */
function ledgerFault({ ledger, statement }: Evidence): string | null {
  let head = { seq: 0, hash: noHash };
  for (const event of ledger) {
    const place = `ledger.jsonl, line ${head.seq + 1}`;
    if (event.seq !== head.seq + 1) return `${place}: event ${head.seq + 1} is missing`;
    if (event.previous !== head.hash) return `${place}: it does not follow the event before it`;
    if (isOpen(event)) {
      const { hash, ...open } = event;
      if (digestOf(open) !== hash) return `${place}: its hash is not that of its text`;
    }
    head = { seq: event.seq, hash: event.hash };
  }
  const { seq, hash } = statement.inputs.ledgerHead;
  return seq === head.seq && hash === head.hash
    ? null
    : `ledger.jsonl ends with event ${head.seq}; the statement was created at event ${seq} ${hash}`;
}

function attachmentFault({ ledger, attachments }: Evidence): string | null {
  for (const [name, content] of attachments)
    if (sha256(content) !== name) return `attachments/${name} has another hash than its name`;
  const missing = ledger
    .filter(isOpen)
    .flatMap(({ action }) => attachmentsOf(action))
    .find((each) => !attachments.has(each.sha256));
  return missing ? `attachments/${missing.sha256} (${missing.name}) is missing` : null;
}

const keysOf =
  (keys: Evidence['keys']) =>
  (id: string): KeyObject | null => {
    const key = publicKeyOf(keys.find((each) => each.id === id)?.pem ?? '');
    return key !== null && fingerprint(key) === id ? key : null;
  };

function earlierFault({ earlier, keys }: Evidence): string | null {
  for (const [index, sealed] of earlier.entries()) {
    const fault = sealFault(sealed, keysOf(keys));
    if (fault !== null) return `earlier.jsonl, line ${index + 1}: ${fault}`;
  }
  return null;
}

/** Each revision has the hash of the one before; the statement is the last revision, or a draft that follows it. */
function revisionFault({ revisions, statement, keys }: Evidence): string | null {
  const keyOf = keysOf(keys);
  let previous: string | null = null;
  for (const [index, sealed] of revisions.entries()) {
    const place = `revisions.jsonl, line ${index + 1}`;
    const { document, hash } = sealed;
    if (document.id !== statement.id || document.revision !== index + 1)
      return `${place}: it is ${document.id}, revision ${document.revision}, and not revision ${index + 1} of ${statement.id}`;
    if (document.previous !== previous) return `${place}: it does not follow the revision before it`;
    const unsealed = sealFault(sealed, keyOf);
    if (unsealed !== null) return `${place}: ${unsealed}`;
    previous = hash;
  }
  const last = revisions.at(-1);
  if (statement.state === 'sealed')
    return last?.hash === digestOf(statement)
      ? null
      : 'statement.json is not the last of its sealed revisions';
  return statement.previous === previous ? null : 'statement.json does not follow the last sealed revision';
}

/** The packets of every round have to match the counts in its row. */
function packetFault({ rounds, packets }: Evidence): string | null {
  const rows = new Map(rounds.map((row) => [`${row.path} ${row.slot}`, row]));
  if (rows.size !== rounds.length) return 'rounds.jsonl has a slot of a path twice';
  for (const [index, { path, slot, sizes }] of packets.entries()) {
    const row = rows.get(`${path} ${slot}`);
    const counted = sizes.map(countSize);
    if (!row || row.status === 'missing' || differences(row.sizes, counted).length > 0)
      return `packets.jsonl, line ${index + 1}: the packets are not those of the round in rounds.jsonl`;
  }
  return null;
}
