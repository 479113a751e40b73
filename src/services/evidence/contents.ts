import type { Config } from '../../config/config.js';
import type { LedgerEvent } from '../../core/ledger/actions.js';
import type { SlotSummary } from '../../core/measurement/figures.js';
import type { PacketOutcome, SizeSample } from '../../core/measurement/round.js';
import { ruleSetOf, type SealedStatement, type StatementDocument } from '../../core/statement/document.js';
import type { PathTrace } from '../../core/trace/trace.js';
import type { EpochMs, PathId, PopId } from '../../core/types.js';
import type { BlindTime, ObservedOutage, StateChange, WatchSpan } from '../../core/watch/outage.js';
import { packetsJson, type SpelledPacket } from '../../render/rounds.js';
import { canonicalJson } from '../../seal/canonical.js';
import { fromTagged, PackError, toTagged } from '../../seal/pack.js';
import type { Member } from '../../seal/zip.js';

/** The part of the configuration that a month is judged by, reduced to one customer's services. */
export type EvidenceTerms = Pick<
  Config,
  'agent' | 'pops' | 'paths' | 'commitments' | 'measurement' | 'watch' | 'book'
>;

/** A ledger event that does not concern the service: only its links in the hash chain. */
export interface ClosedEvent {
  readonly seq: number;
  readonly previous: string;
  readonly hash: string;
}

export interface PacketsOfRound {
  readonly path: PathId;
  readonly slot: EpochMs;
  readonly sizes: readonly SizeSample[];
}

/** A statement with all of its source data. */
export interface Evidence extends EvidenceRows {
  readonly statement: StatementDocument;
}

export interface EvidenceRows {
  /** Sealed revisions, oldest first; the statement is the last of them, or a draft. */
  readonly revisions: readonly SealedStatement[];
  /** Statements of the customer's earlier months, where a plan caps credits over a rolling year. */
  readonly earlier: readonly SealedStatement[];
  /** All keys that ever signed, so that each seal can be verified. */
  readonly keys: readonly { readonly id: string; readonly pem: string }[];
  readonly terms: EvidenceTerms;
  /** All events up to the statement's ledger head. */
  readonly ledger: readonly (LedgerEvent | ClosedEvent)[];
  readonly watchers: readonly { readonly observer: PopId; readonly port: PopId }[];
  readonly outages: readonly ObservedOutage[];
  readonly states: readonly StateChange[];
  readonly spans: readonly WatchSpan[];
  readonly blind: readonly BlindTime[];
  /** Explanations only; no figure depends on them. */
  readonly traces: readonly PathTrace[];
  readonly rounds: readonly SlotSummary[];
  /** For the rounds of the service's own paths, where packets are stored. */
  readonly packets: readonly PacketsOfRound[];
  /** Files attached to exclusions and corrections, by their SHA-256. */
  readonly attachments: ReadonlyMap<string, Uint8Array>;
}

export const isOpen = (event: LedgerEvent | ClosedEvent): event is LedgerEvent => 'action' in event;

/** The files of a pack with one row per line. */
const rowFiles = {
  revisions: 'revisions.jsonl',
  earlier: 'earlier.jsonl',
  keys: 'keys.jsonl',
  ledger: 'ledger.jsonl',
  watchers: 'watchers.jsonl',
  outages: 'outages.jsonl',
  states: 'states.jsonl',
  spans: 'spans.jsonl',
  blind: 'blind.jsonl',
  traces: 'traces.jsonl',
  rounds: 'rounds.jsonl',
} as const;
const packetsFile = 'packets.jsonl';
const statementFile = 'statement.json';
const termsFile = 'terms.json';
const readmeFile = 'README.txt';
const attachmentsFolder = 'attachments/';

type RowKind = keyof typeof rowFiles;
const rowKinds = Object.keys(rowFiles) as RowKind[];

/** Writes evidence as files; their formats are described in the README of every pack. */
export function membersOf(evidence: Evidence): Member[] {
  const text = (name: string, content: string): Member => ({ name, content: Buffer.from(content) });
  return [
    text(readmeFile, readmeOf(evidence)),
    // Without a final newline, so that the hash of the file is that of the statement.
    text(statementFile, canonicalJson(evidence.statement)),
    text(termsFile, `${toTagged(evidence.terms)}\n`),
    ...rowKinds.map((kind) => text(rowFiles[kind], lines(evidence[kind].map((row) => JSON.stringify(row))))),
    text(packetsFile, lines(evidence.packets.map(packetsLine))),
    ...[...evidence.attachments].map(([sha256, content]) => ({
      name: `${attachmentsFolder}${sha256}`,
      content,
    })),
  ];
}

const lines = (rows: readonly string[]): string => rows.map((row) => `${row}\n`).join('');

/** Reads evidence from files. Throws a `PackError` with file and line. */
export function evidenceOf(members: ReadonlyMap<string, Uint8Array>): Evidence {
  const left = new Set(members.keys());
  const textOf = (name: string): string => {
    const content = members.get(name);
    if (!content) throw new PackError(`${name} is missing`);
    left.delete(name);
    return Buffer.from(content).toString();
  };
  const rowsOf = <T>(name: string, read: (row: unknown) => T): T[] =>
    textOf(name)
      .split('\n')
      .slice(0, -1)
      .map((line, index) => parsed(`${name}, line ${index + 1}`, () => read(JSON.parse(line))));
  textOf(readmeFile);
  /** Packs from before such rows existed do not have the file. */
  const isLater = (kind: RowKind): boolean => kind === 'traces' && !members.has(rowFiles.traces);
  /** Rows are as whoever made the pack wrote them: what they mean is compared afterwards. */
  const rowsIn = <K extends RowKind>(kind: K): Evidence[K] =>
    (isLater(kind) ? [] : rowsOf(rowFiles[kind], objectOf)) as Evidence[K];
  const evidence = {
    statement: parsed(statementFile, () => JSON.parse(textOf(statementFile)) as Evidence['statement']),
    terms: parsed(termsFile, () => fromTagged(textOf(termsFile)) as Evidence['terms']),
    revisions: rowsIn('revisions'),
    earlier: rowsIn('earlier'),
    keys: rowsIn('keys'),
    ledger: rowsIn('ledger'),
    watchers: rowsIn('watchers'),
    outages: rowsIn('outages'),
    states: rowsIn('states'),
    spans: rowsIn('spans'),
    blind: rowsIn('blind'),
    traces: rowsIn('traces'),
    rounds: rowsIn('rounds'),
    packets: rowsOf(packetsFile, readPackets),
    attachments: new Map(
      [...left]
        .filter((name) => name.startsWith(attachmentsFolder))
        .map((name) => {
          left.delete(name);
          return [name.slice(attachmentsFolder.length), members.get(name) ?? new Uint8Array()];
        }),
    ),
  };
  const [unknown] = left;
  if (unknown !== undefined) throw new PackError(`${unknown} is no file of an evidence pack`);
  return evidence;
}

function parsed<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof PackError) throw error;
    throw new PackError(`${place} can't be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function objectOf(row: unknown): unknown {
  if (typeof row !== 'object' || row === null) throw new TypeError('it is no object');
  return row;
}

function unspell(spelled: SpelledPacket): PacketOutcome {
  if (spelled === null) return { kind: 'lost' };
  if (typeof spelled === 'number') return { kind: 'received', rttUs: spelled };
  if ('late' in spelled) return { kind: 'late', rttUs: spelled.late };
  if ('error' in spelled) return { kind: 'error', error: spelled.error } as PacketOutcome;
  return { kind: 'not-sent', reason: spelled.notSent } as PacketOutcome;
}

function packetsLine({ path, slot, sizes }: PacketsOfRound): string {
  return JSON.stringify({ path, slot, sizes: sizes.map(packetsJson) });
}

function readPackets(row: unknown): PacketsOfRound {
  const { path, slot, sizes } = row as Omit<PacketsOfRound, 'sizes'> & {
    readonly sizes: readonly (Omit<SizeSample, 'packets'> & { readonly packets: readonly SpelledPacket[] })[];
  };
  return { path, slot, sizes: sizes.map((size) => ({ ...size, packets: size.packets.map(unspell) })) };
}

/** The README of a pack. */
function readmeOf({ statement }: Evidence): string {
  const { id, revision, state, software, asOf } = statement;
  return `Evidence of ${id}, revision ${revision} (${state}), drawn up by pop-sla ${software} from what was known at ${asOf},
and judged by rule set ${ruleSetOf(statement)} of its calculation.

  pop-sla verify FILE.zip [--key PUBLIC-KEY-FILE]

checks this pack on any machine, without a database and a configuration: that no byte of it was changed, the signature,
the chains of the ledger and of the revisions; and it judges the month once more from the rows and compares every figure
with the statement's.

Instants in rows are milliseconds since 1970-01-01T00:00:00Z; intervals begin at "from" and end before "to"; RTTs are
microseconds. *.jsonl files have one JSON object a line.

statement.json    the statement. Its SHA-256 is the hash that is sealed.
revisions.jsonl   every sealed revision up to it: document, hash, key, signature, when and by whom. None for a draft.
earlier.jsonl     sealed statements of the customer's earlier months, where a plan caps credits over a rolling year.
keys.jsonl        the public keys that signed revisions.
terms.json        what was agreed: the customer's services, sites and lines, who sells to it, the plans, latencies that
                  are promised, how is measured and watched. {"$bigint": "…"} is a large number, {"$map": […]} a list of
                  keys and values, {"n", "d"} a fraction, "minor" an amount in the smallest unit of its currency.
rounds.jsonl      every slot of the service's paths (and of those of the customer's other services where a plan pays
                  for their quality): a round with its counts by size, or "missing" with the reason. Only status "ok" is held. lost = sent - received; what was not sent is no part of either.
packets.jsonl     every packet of the rounds of this service's paths, as far as they are still kept, in the order of
                  sending: a number is the RTT of one that was answered in time; null is lost; {"late": RTT}, {"error"},
                  {"notSent"} say what became of the others.
outages.jsonl     what each observer saw of each port: start and end, each with the instants between which the truth lies.
states.jsonl      changes of a port's state, by observer.
spans.jsonl       when each observer was watching.
blind.jsonl       when it ran and could say nothing, of one port or (null) of all.
traces.jsonl      the paths to the ports, hop by hop, as they were when an outage opened or a round turned severe, and in
                  quiet before. They explain, and decide nothing.
watchers.jsonl    who watched which port.
ledger.jsonl      what people entered: exclusions, approvals, corrections; a chain in which each entry has the hash of the
                  one before. Entries that have nothing to do with this customer are given by their hashes only.
attachments/      files that prove entries, named by their SHA-256.
manifest.json     name, length and SHA-256 of every file, as it is and as it lies in the archive.
signature.json    Ed25519 over {"format":"pop-sla-pack-signature/1","manifest":SHA-256 of manifest.json}, with the public
                  key. That the key is the operator's can't be told from the pack: compare its id with a published one.
`;
}
