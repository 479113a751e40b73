import { adminEnglish } from './portal/admin.js';
import { customerEnglish } from './portal/customer.js';
import { firstEnglish } from './portal/first.js';
import { financeEnglish } from './portal/finance.js';
import { nocEnglish } from './portal/noc.js';
import { refusalsEnglish } from './portal/refusals.js';
import { shellEnglish } from './portal/shell.js';
import { statementsEnglish } from './portal/statements.js';
import { ticketsEnglish } from './portal/tickets.js';
import { noteEnglish } from './note/en.js';
import { reportEnglish } from './report/en.js';

/** The words of messages; what has values has `{places}` for them. */
const mailEnglish = {
  'subject.report-filed': '[{id}] Fault report filed: {subject}',
  'subject.report-state': '[{id}] {state}: {subject}',
  'subject.report-comment': '[{id}] New comment: {subject}',
  'subject.report-changed': '[{id}] Changed: {subject}',
  'subject.report-owner': '[{id}] Handover: {subject}',
  'subject.statement-sealed': 'Statement {about} sealed',
  'text.statement-sealed': 'The statement {about} has been sealed, revision {detail}.',
  'subject.statement-revised': 'Statement {about} revised',
  'text.statement-revised': 'The statement {about} has been revised: it is revision {detail} now.',
  'subject.credit-exported': '{about} issued',
  'text.credit-exported': '{about} has gone to the finance system, posted on {detail}.',
  'subject.credit-confirmed': '{about} posted',
  'text.credit-confirmed': 'The finance system has posted {about}, on {detail}.',
  'subject.claim-ending': '{about}: claim by {detail}',
  'text.claim-ending': '{about} has not been claimed; the last day is {detail}.',
  'subject.dispute-opened': 'Dispute {about} opened',
  'text.dispute-opened': 'The statement {detail} is disputed: {about}.',
  'subject.dispute-answered': 'Dispute {about} answered',
  'text.dispute-answered': 'The dispute {about} of the statement {detail} has been answered.',
  'subject.dispute-decided': 'Dispute {about} decided',
  'text.dispute-decided': 'The dispute {about} of the statement {detail} is over.',
  'subject.draft-waiting': '{about}: statements to review',
  'text.draft-waiting': 'Statements of {about} wait to be reviewed and sealed: {detail}.',
  'subject.suggestion': '{path}: performance worse than normal',
  'state.filed': 'Filed',
  'state.acknowledged': 'Acknowledged',
  'state.investigating': 'Investigating',
  'state.resolved': 'Resolved',
  'state.closed': 'Closed',
  'state.rejected': 'Rejected',
  'state.reopened': 'Reopened',
  'state.withdrawn': 'Withdrawn',
  'metric.latency': 'latency',
  'metric.loss': 'packet loss',
  and: 'and',
  report: 'Fault report',
  customer: 'Customer',
  path: 'Path',
  service: 'Service',
  state: 'State',
  severity: 'Severity',
  owner: 'Owner',
  filedAt: 'Filed',
  updatedAt: 'Updated',
  evidence: 'Evidence',
  evidenceNone: 'filed without a band',
  'window.round': 'band of the latest round',
  'window.last-24h': 'band of the last 24 hours',
  'window.month-to-date': 'band of the month to date',
  reason: 'Reason',
  comment: 'Comment',
  row: '{name}: {value}',
  block: '{name}:\n{value}',
  suggestion:
    'The {metrics} of {path} has been in a band worse than normal since {since}. You can file a fault report from this band.',
  footer: 'You receive this message because your address is registered for notifications.',
  'event.outage.opened': 'Port {port} has been down since {since}.',
  'event.outage.closed': 'Port {port} is up again. It was down for {duration} from {since}.',
  'event.path.severe': '{path} is severely degraded: round of {slot}.',
  'event.path.recovered': '{path} has recovered: round of {slot}.',
  'event.month.budget':
    'Service {service} has used {percent} % of the outage that its commitment allows in this month.',
  'event.maintenance': 'Maintenance {id} of {scope}: {from} to {to}.',
  'event.everything': 'everything',
  'event.more': '{first} And {count} more.',
  'event.rest': '… and {count} more',
  'event.see': 'Open',
};

/** What people read in English: pages, reports and messages. The other languages have the same keys. */
export const english = {
  portal: {
    ...shellEnglish,
    ...firstEnglish,
    ...customerEnglish,
    ...ticketsEnglish,
    ...nocEnglish,
    ...financeEnglish,
    ...refusalsEnglish,
    ...adminEnglish,
    ...statementsEnglish,
  },
  report: reportEnglish,
  note: noteEnglish,
  mail: mailEnglish,
};

/** What may only differ from the English in its texts: a key that is missing or too many is an error of types. */
type Wording<T> = T extends string
  ? string
  : T extends (...values: infer V) => string
    ? (...values: V) => string
    : { readonly [K in keyof T]: Wording<T[K]> };

export type Words = Wording<typeof english>;
