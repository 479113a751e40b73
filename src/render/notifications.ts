import type { TicketAction } from '../core/ticket/actions.js';
import type { Ticket } from '../core/ticket/report.js';
import type { Suggestion } from '../core/ticket/suggestion.js';
import { chatKinds, type TargetKind } from '../core/target-kinds.js';
import { eventOfAction } from '../core/ticket/visibility.js';
import { formatInstant } from '../core/time/calendar.js';
import type { EpochMs } from '../core/types.js';
import { localeOf } from '../i18n/locale.js';
import { type NotifyLanguage, type NotifyWord, say } from '../i18n/mail.js';
import { wordFor } from '../i18n/report.js';
import { isoInstant } from './figures.js';
import { tableLines } from './table.js';
import { pathText, subjectOf, textOf, ticketSpeech } from './ticket-texts.js';

interface TargetView {
  readonly id: string;
  readonly customer: string | null;
  readonly kind: TargetKind;
  readonly address: string;
  readonly secret: string | null;
  readonly language: string;
  readonly events: readonly string[];
  readonly createdAt: EpochMs;
  readonly createdBy: string;
  readonly goneAt?: EpochMs;
}

/** A target as it is shown: of its secret only that there is one. */
export function targetJson({ id, customer, kind, address, secret, ...rest }: TargetView) {
  const { language, events, createdAt, createdBy, goneAt } = rest;
  return {
    id,
    customer,
    kind,
    address: shownAddress(kind, address),
    language,
    events,
    signed: secret !== null,
    createdAt: isoInstant(createdAt),
    createdBy,
    goneAt: goneAt === undefined ? null : isoInstant(goneAt),
  };
}

/** The address of a chat's webhook is its key: of it only the host is shown. */
function shownAddress(kind: string, address: string): string {
  const isKey = (chatKinds as readonly string[]).includes(kind);
  return isKey ? `${new URL(address).origin}/…` : address;
}

interface MessageView {
  readonly id: number;
  readonly key: string;
  readonly target: string;
  readonly event: string;
  readonly about: string;
  readonly createdAt: EpochMs;
  readonly dueAt: EpochMs;
  readonly attempts: number;
  readonly state: 'waiting' | 'sent' | 'dead' | 'dropped';
  readonly lastError: string | null;
  readonly settledAt: EpochMs | null;
}

/** A message as it is shown, without what is in it. */
export function messageJson({ id, key, target, event, about, ...rest }: MessageView) {
  const { createdAt, dueAt, attempts, state, lastError, settledAt } = rest;
  return {
    id,
    key,
    target,
    event,
    about,
    attempts,
    state,
    lastError,
    createdAt: isoInstant(createdAt),
    dueAt: isoInstant(dueAt),
    settledAt: settledAt === null ? null : isoInstant(settledAt),
  };
}

/** A mail, but for who gets it: plain text, so that nothing in it is ever run. */
export interface MailText {
  readonly subject: string;
  readonly text: string;
}

interface MailOptions {
  readonly language: NotifyLanguage;
  /** IANA: how times are shown. */
  readonly zone: string;
}

interface ReportMailOptions extends MailOptions {
  /** How the customer of the report is called. */
  readonly customer: string;
}

/** The one line that says what happened to a report: the subject of a mail, the summary of a webhook. */
export function reportSummary(
  report: Ticket,
  action: TicketAction,
  { language }: Pick<MailOptions, 'language'>,
): string {
  return say(language, `subject.${eventOfAction(action)}`, {
    id: report.id,
    subject: subjectOf(report, ticketSpeech(language)),
    state: say(language, `state.${report.state}`),
  });
}

export function reportMail(report: Ticket, action: TicketAction, options: ReportMailOptions): MailText {
  const { language } = options;
  const speech = ticketSpeech(language);
  const word = (key: NotifyWord, values?: Readonly<Record<string, string>>) => say(language, key, values);
  const time = timeIn(options);
  const rows: [NotifyWord, string | null][] = [
    ['report', `${report.id} · ${subjectOf(report, speech)}`],
    ['customer', options.customer],
    ['service', report.service],
    ['path', report.path && pathText(report.path)],
    ['state', word(`state.${report.state}`)],
    ['severity', wordFor(speech.w.faults.severities, report.severity)],
    ['owner', report.owner],
    ['filedAt', time(report.filedAt)],
    ['updatedAt', time(report.updatedAt)],
    ['evidence', report.evidence ? word(`window.${report.evidence.window}`) : word('evidenceNone')],
  ];
  const row = (key: NotifyWord, value: string): string => word('row', { name: word(key), value });
  const lines = rows.flatMap(([key, value]) => (value === null ? [] : [row(key, value)]));
  const said = saidIn(action);
  // A report that nobody described says of itself what it was filed from.
  const text = action.type === 'filed' ? textOf(report, speech) : said?.text;
  const block = said === null ? [] : [word('block', { name: word(said.key), value: text ?? '' })];
  return {
    subject: reportSummary(report, action, options),
    text: `${[lines.join('\n'), ...block, word('footer')].join('\n\n')}\n`,
  };
}

/** Writes an instant to the second, as the language does. */
export function timeIn({ language, zone }: MailOptions): (at: EpochMs) => string {
  const { instant } = localeOf(language);
  return (at) => instant(formatInstant(Math.floor(at / 1000) * 1000, zone));
}

function saidIn(action: TicketAction): { readonly key: NotifyWord; readonly text: string } | null {
  switch (action.type) {
    case 'filed':
      return { key: 'comment', text: action.text.text };
    case 'commented':
      return { key: 'comment', text: action.text };
    case 'resolved':
      return { key: 'reason', text: action.text };
    case 'rejected':
    case 'reopened':
      return { key: 'reason', text: action.reason };
    case 'withdrawn':
      return action.reason === null ? null : { key: 'reason', text: action.reason };
    case 'closed':
      return action.text === null ? null : { key: 'comment', text: action.text };
    case 'taken':
    case 'started':
    case 'offered':
    case 'accepted':
    case 'declined':
    case 'linked':
    case 'changed':
    case 'entered':
      return null;
  }
}

export function suggestionMail(suggestion: Suggestion, { language, zone }: MailOptions): MailText {
  const { path, firstSlot, metrics } = suggestion;
  const space = language === 'en' ? ' ' : '';
  const named = metrics
    .map((metric) => say(language, `metric.${metric}`))
    .join(`${space}${say(language, 'and')}${space}`);
  const values = { path: pathText(path), metrics: named, since: timeIn({ language, zone })(firstSlot) };
  return {
    subject: say(language, 'subject.suggestion', values),
    text: `${say(language, 'suggestion', values)}\n\n${say(language, 'footer')}\n`,
  };
}

interface MessageRow {
  readonly id: number;
  readonly state: string;
  readonly event: string;
  readonly about: string;
  readonly target: string;
  readonly createdAt: EpochMs;
  readonly dueAt: EpochMs;
  readonly attempts: number;
  readonly lastError: string | null;
}

export function outboxTable(messages: readonly MessageRow[]): string {
  if (messages.length === 0) return 'no messages\n';
  const heads = ['NUMBER', 'STATE', 'EVENT', 'ABOUT', 'TARGET', 'MADE', 'NEXT TRY', 'TRIES', 'LAST FAULT'];
  const rows = messages.map((one) => [
    ...[String(one.id), one.state, one.event, one.about, one.target, isoInstant(one.createdAt)],
    ...[one.state === 'waiting' ? isoInstant(one.dueAt) : '-', String(one.attempts), one.lastError ?? ''],
  ]);
  return `${tableLines(
    heads.map((head) => ({ head })),
    rows,
  ).join('\n')}\n`;
}

interface TargetRow {
  readonly id: string;
  readonly customer: string | null;
  readonly kind: string;
  readonly address: string;
  readonly language: string;
  readonly events: readonly string[];
}

export function targetsTable(targets: readonly TargetRow[]): string {
  if (targets.length === 0) return 'nobody is told of anything\n';
  const heads = ['ID', 'CUSTOMER', 'KIND', 'ADDRESS', 'LANGUAGE', 'EVENTS'].map((head) => ({ head }));
  const rows = targets.map((one) => [
    ...[
      one.id,
      one.customer ?? '(operator)',
      one.kind,
      shownAddress(one.kind, one.address),
      one.language,
      one.events.join(', '),
    ],
  ]);
  return `${tableLines(heads, rows).join('\n')}\n`;
}
