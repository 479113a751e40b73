import type { PacketOutcome } from '../../core/measurement/packet.js';
import type { SizeSample } from '../../core/measurement/round.js';
import { packetsJson, type SpelledPacket } from '../../render/rounds/packets.js';
import { canonicalJson } from '../../seal/canonical.js';
import { fromTagged, toTagged } from '../../seal/pack/tagged.js';
import type { Member } from '../../seal/pack/zip.js';
import { PackFault } from '../../seal/pack/pack.js';
import type { Evidence, PacketsOfRound } from './contents.js';
import { readmeOf } from './readme.js';

/** The files of a pack that hold a row a line. */
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

/** Evidence as files; the formats are told in the README of every pack. */
export function membersOf(evidence: Evidence): Member[] {
  const text = (name: string, content: string): Member => ({ name, content: Buffer.from(content) });
  return [
    text(readmeFile, readmeOf(evidence)),
    // Without an end of line: the hash of the file is that of the statement.
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

/** Files as evidence. Throws `PackFault`, with file and line. */
export function evidenceOf(members: ReadonlyMap<string, Uint8Array>): Evidence {
  const left = new Set(members.keys());
  const textOf = (name: string): string => {
    const content = members.get(name);
    if (!content) throw new PackFault(`${name} is missing`);
    left.delete(name);
    return Buffer.from(content).toString();
  };
  const rowsOf = <T>(name: string, read: (row: unknown) => T): T[] =>
    textOf(name)
      .split('\n')
      .slice(0, -1)
      .map((line, index) => parsed(`${name}, line ${index + 1}`, () => read(JSON.parse(line))));
  textOf(readmeFile);
  /** Packs that were made before there were such rows have no such file. */
  const isLater = (kind: RowKind): boolean => kind === 'traces' && !members.has(rowFiles.traces);
  const evidence = {
    statement: parsed(statementFile, () => JSON.parse(textOf(statementFile)) as Evidence['statement']),
    terms: parsed(termsFile, () => fromTagged(textOf(termsFile)) as Evidence['terms']),
    ...(Object.fromEntries(
      rowKinds.map((kind) => [kind, isLater(kind) ? [] : rowsOf(rowFiles[kind], objectOf)]),
    ) as unknown as Pick<Evidence, RowKind>),
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
  if (unknown !== undefined) throw new PackFault(`${unknown} is no file of an evidence pack`);
  return evidence;
}

function parsed<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof PackFault) throw error;
    throw new PackFault(`${place} can't be read: ${error instanceof Error ? error.message : String(error)}`, {
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
