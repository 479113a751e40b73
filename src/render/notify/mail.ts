import type { FaultAction } from '../../core/fault/actions.js';
import { toldAs } from '../../core/fault/told.js';
import type { FaultReport } from '../../core/fault/report.js';
import type { Suggestion } from '../../core/fault/suggestion.js';
import { formatInstant } from '../../core/time/zone.js';
import { say, type NotifyLanguage } from './languages.js';
import type { NotifyWord } from './words-en.js';

/** A mail, but for who gets it: plain text, so that nothing in it is ever run. */
export interface MailText {
  readonly subject: string;
  readonly text: string;
}

export interface MailOptions {
  readonly language: NotifyLanguage;
  /** IANA: how times are shown. */
  readonly zone: string;
}

export function reportMail(report: FaultReport, action: FaultAction, options: MailOptions): MailText {
  const { language, zone } = options;
  const word = (key: NotifyWord, values?: Readonly<Record<string, string>>) => say(language, key, values);
  const state = word(`state.${report.state}`);
  const rows: [NotifyWord, string | null][] = [
    ['report', `${report.id} · ${report.subject}`],
    ['customer', report.customer],
    ['service', report.service],
    ['path', report.path],
    ['state', state],
    ['severity', report.severity],
    ['owner', report.owner],
    ['filedAt', formatInstant(report.filedAt, zone)],
    ['updatedAt', formatInstant(report.updatedAt, zone)],
    ['evidence', report.evidence ? word(`window.${report.evidence.window}`) : word('evidenceNone')],
  ];
  const lines = rows.flatMap(([key, value]) => (value === null ? [] : [`${word(key)}: ${value}`]));
  const said = saidIn(action);
  return {
    subject: word(`subject.${toldAs(action)}`, { id: report.id, subject: report.subject, state }),
    text:
      [lines.join('\n'), ...(said ? [`${word(said.key)}:\n${said.text}`] : []), word('footer')].join('\n\n') +
      '\n',
  };
}

function saidIn(action: FaultAction): { readonly key: NotifyWord; readonly text: string } | null {
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
  const values = { path, metrics: named, since: formatInstant(firstSlot, zone) };
  return {
    subject: say(language, 'subject.suggestion', values),
    text: `${say(language, 'suggestion', values)}\n\n${say(language, 'footer')}\n`,
  };
}
