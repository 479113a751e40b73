import type { AttachmentRef } from '../ledger/actions.js';
import { type Refusal, refusal, type TextForm } from '../ledger/errors.js';
import { hasControls } from '../text/control-characters.js';
import { mostCharacters } from '../text/limits.js';
import type { EpochMs } from '../types.js';
import {
  type TicketActor,
  type TicketRecord,
  type TicketState,
  type TicketText,
  reportId,
} from './actions.js';

interface TicketComment {
  readonly seq: number;
  readonly at: EpochMs;
  readonly actor: TicketActor;
  /** What another system calls it. */
  readonly externalId?: string;
  readonly text: string;
  /** Kept from customers. */
  readonly internal: boolean;
  readonly attachments: readonly AttachmentRef[];
}

interface StateChange {
  readonly at: EpochMs;
  readonly actor: TicketActor;
  readonly state: TicketState;
  readonly reason: string | null;
}

/** What a report became in the ledger. */
interface LedgerEntry {
  readonly what: 'outage' | 'exclusion';
  readonly id: string;
  readonly at: EpochMs;
  readonly actor: TicketActor;
}

/** A report as it is now: the fold of its events. */
export interface Ticket extends TicketText {
  readonly id: string;
  readonly number: number;
  readonly state: TicketState;
  readonly filedAt: EpochMs;
  readonly filedBy: TicketActor;
  readonly updatedAt: EpochMs;
  /** Whoever took it first, or to whom it was handed over; null: nobody has it. */
  readonly owner: string | null;
  /** To whom it is offered now. */
  readonly offer: { readonly to: string; readonly by: string; readonly reason: string | null } | null;
  readonly history: readonly StateChange[];
  readonly comments: readonly TicketComment[];
  readonly entries: readonly LedgerEntry[];
  /** The number of its events, and the hash of the last. */
  readonly seq: number;
  readonly hash: string;
}

/** Null: there are no events. Events that don't begin with a filing are no report. */
export function foldReport(events: readonly TicketRecord[]): Ticket | null {
  const [first, ...rest] = events;
  if (first?.action.type !== 'filed') return null;
  const { report: number, at, actor, seq, hash } = first;
  const start: Ticket = {
    ...first.action.text,
    id: reportId(number),
    number,
    state: 'filed',
    filedAt: at,
    filedBy: actor,
    updatedAt: at,
    owner: null,
    offer: null,
    history: [{ at, actor, state: 'filed', reason: null }],
    comments: [],
    entries: [],
    seq,
    hash,
  };
  return rest.reduce(applyEvent, start);
}

/** The report after one more event; of its number and hash only what the event says. */
export function applyEvent(report: Ticket, event: TicketRecord): Ticket {
  const { at, actor, action, seq, hash } = event;
  const now = { ...report, updatedAt: at, seq, hash };
  const become = (state: TicketState, reason: string | null): Ticket => ({
    ...now,
    state,
    history: [...report.history, { at, actor, state, reason }],
  });
  switch (action.type) {
    case 'filed':
      return now;
    case 'taken':
      return { ...become('acknowledged', null), owner: actor.name };
    case 'started':
      return become('investigating', null);
    case 'offered':
      return { ...now, offer: { to: action.to, by: actor.name, reason: action.reason } };
    case 'accepted':
      return { ...now, owner: actor.name, offer: null };
    case 'declined':
      return { ...now, offer: null };
    case 'commented': {
      const { text, internal, attachments, externalId } = action;
      const comment = { seq, at, actor, text, internal, attachments };
      const named = externalId === undefined ? comment : { ...comment, externalId };
      return { ...now, comments: [...report.comments, named] };
    }
    case 'resolved':
      return { ...become('resolved', action.text), offer: null };
    // It is settled: whoever owned it does so no more, and who takes it up again owns it anew.
    case 'rejected':
      return { ...become('rejected', action.reason), owner: null, offer: null };
    case 'withdrawn':
      return become('withdrawn', action.reason);
    case 'closed':
      return { ...become('closed', action.text), owner: null, offer: null };
    case 'reopened':
      return become('reopened', action.reason);
    case 'linked':
      return { ...now, incident: action.incident };
    case 'changed':
      return { ...now, ...action.changes };
    case 'entered':
      return {
        ...now,
        entries: [...report.entries, { what: action.what, id: action.id, at, actor }],
      };
  }
}

export const maxAttachments = 10;

// eslint-disable-next-line no-control-regex -- texts reach logs, terminals and pages
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** What is wrong with a text of several lines; null: nothing. It is stored as it is, whatever it would do on a page. */
export const textFault = (field: string, text: string, most: number = mostCharacters.text): Refusal | null =>
  formFault(field, text, 'text', most, controls.test(text.replace(/\r\n/g, '\n')));

/** The same of one line. */
export const lineFault = (field: string, text: string, most: number = mostCharacters.name): Refusal | null =>
  formFault(field, text, 'line', most, hasControls(text));

function formFault(
  field: string,
  text: string,
  is: TextForm,
  most: number,
  controlled: boolean,
): Refusal | null {
  if (text.trim() === '') return refusal(field, 'missing', { is, most });
  if (text.length > most) return refusal(field, 'too-long', text.length, most, is);
  return controlled || loneSurrogate.test(text) ? refusal(field, 'no-text', is, most) : null;
}

/** A file that may be attached: what it is called, and how it begins. */
interface KnownType {
  readonly type: string;
  readonly extensions: readonly string[];
  readonly is: (bytes: Uint8Array) => boolean;
}

const startsWith = (bytes: Uint8Array, start: readonly number[], at = 0): boolean =>
  start.every((byte, index) => bytes[at + index] === byte);
const ascii = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0));

function isText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return true;
  } catch {
    return false;
  }
}

/** Pictures, documents, texts and captures: what proves a fault. Nothing that a browser would run. */
const known: readonly KnownType[] = [
  {
    type: 'image/png',
    extensions: ['png'],
    is: (b) => startsWith(b, [0x89, ...ascii('PNG'), 13, 10, 26, 10]),
  },
  { type: 'image/jpeg', extensions: ['jpg', 'jpeg'], is: (b) => startsWith(b, [0xff, 0xd8, 0xff]) },
  {
    type: 'image/gif',
    extensions: ['gif'],
    is: (b) => startsWith(b, ascii('GIF87a')) || startsWith(b, ascii('GIF89a')),
  },
  {
    type: 'image/webp',
    extensions: ['webp'],
    is: (b) => startsWith(b, ascii('RIFF')) && startsWith(b, ascii('WEBP'), 8),
  },
  { type: 'application/pdf', extensions: ['pdf'], is: (b) => startsWith(b, ascii('%PDF-')) },
  {
    type: 'application/vnd.tcpdump.pcap',
    extensions: ['pcap', 'cap'],
    is: (b) =>
      startsWith(b, [0xd4, 0xc3, 0xb2, 0xa1]) ||
      startsWith(b, [0xa1, 0xb2, 0xc3, 0xd4]) ||
      startsWith(b, [0x4d, 0x3c, 0xb2, 0xa1]) ||
      startsWith(b, [0xa1, 0xb2, 0x3c, 0x4d]),
  },
  {
    type: 'application/x-pcapng',
    extensions: ['pcapng'],
    is: (b) => startsWith(b, [0x0a, 0x0d, 0x0d, 0x0a]),
  },
  { type: 'application/json', extensions: ['json'], is: isJson },
  { type: 'text/csv', extensions: ['csv'], is: isText },
  { type: 'text/plain', extensions: ['txt', 'log'], is: isText },
];

export const allowedExtensions = known.flatMap(({ extensions }) => extensions).join(', ');

/** Why a file is not accepted: by the ending of its name, or by its content. */
export type FileFault =
  | { readonly code: 'extension'; readonly extension: string }
  | { readonly code: 'empty' }
  | { readonly code: 'content'; readonly extension: string; readonly actual: string | null };

/** The media type of a file whose content is what its name says; else what is wrong with it. */
export function fileType(
  name: string,
  bytes: Uint8Array,
): { readonly type: string } | { readonly fault: FileFault } {
  const extension = /\.([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const named = known.find(({ extensions }) => extensions.includes(extension));
  if (!named) return { fault: { code: 'extension', extension } };
  if (bytes.byteLength === 0) return { fault: { code: 'empty' } };
  if (named.is(bytes)) return { type: named.type };
  const actual = known.find(({ is }) => is(bytes))?.type ?? null;
  return { fault: { code: 'content', extension, actual } };
}
