import { formatHalfUp, multiply, ratio, type Rational, roundHalfUp } from '../core/number.js';
import type { PathWindow } from '../core/standing.js';
import type { TicketAction, TicketRecord } from '../core/ticket/actions.js';
import type { Ticket } from '../core/ticket/report.js';
import { type Suggestion, type TargetClock, targetClocks } from '../core/ticket/suggestion.js';
import type { EpochMs } from '../core/types.js';
import { isoInstant, oneLine } from './figures.js';
import { tableLines } from './table.js';
import { subjectOf, textOf, ticketSpeech } from './ticket-texts.js';

const whole = (value: Rational | null): number | null => value && Number(roundHalfUp(value));
const ppm = (loss: Rational | null): number | null => whole(loss && multiply(loss, ratio(1_000_000n)));

/** A path's figures over a window with their bands, each with the rounds that it has and should have. */
export function bandJson({ path, window, ...judged }: PathWindow, plan: string) {
  const { latency, loss, commitmentUs, excess, latencyBand, lossBand } = judged;
  return {
    path,
    plan,
    window: window.kind,
    from: isoInstant(window.from),
    to: isoInstant(window.to),
    latency: {
      us: whole(latency.latencyUs),
      commitmentUs: whole(commitmentUs),
      excessPercent: excess && formatHalfUp(excess, 1),
      band: latencyBand?.id ?? null,
      held: latency.held,
      due: latency.due,
    },
    loss: { ppm: ppm(loss.loss), band: lossBand?.id ?? null, held: loss.held, due: loss.due },
  };
}

export type BandJson = ReturnType<typeof bandJson>;

const iso = (at: EpochMs | null): string | null => (at === null ? null : isoInstant(at));
const clock = (of: TargetClock | null) => of && { ...of, dueAt: iso(of.dueAt) };

/** A report as it is shown: the same keys always. Instants are ISO 8601 in UTC. */
export function reportJson(report: Ticket, now: EpochMs) {
  const { targets, ...rest } = report;
  const { firstResponse, repair } = targetClocks(report, now);
  return {
    ...rest,
    links: report.links ?? [],
    ...(report.requestedResolutionAt !== undefined && {
      requestedResolutionAt: isoInstant(report.requestedResolutionAt),
    }),
    since: isoInstant(report.since),
    filedAt: isoInstant(report.filedAt),
    updatedAt: isoInstant(report.updatedAt),
    plan: targets?.plan ?? null,
    targets: { firstResponse: clock(firstResponse), repair: clock(repair) },
    history: report.history.map((change) => ({ ...change, at: isoInstant(change.at) })),
    comments: report.comments.map(({ seq, at, actor, text, internal, attachments }) => ({
      seq,
      at: isoInstant(at),
      actor,
      text,
      internal,
      attachments,
    })),
    entries: report.entries.map((entry) => ({ ...entry, at: isoInstant(entry.at) })),
  };
}

export function eventJson({ at, action, ...event }: TicketRecord) {
  return { ...event, at: isoInstant(at), action: actionJson(action) };
}

function actionJson(action: TicketAction): object {
  if (action.type !== 'filed') return action;
  return { ...action, text: { ...action.text, since: isoInstant(action.text.since) } };
}

export function suggestionJson({ path, metrics, ...times }: Suggestion) {
  return {
    path,
    metrics,
    firstSlot: isoInstant(times.firstSlot),
    lastSlot: isoInstant(times.lastSlot),
    raisedAt: isoInstant(times.raisedAt),
    endedSlot: iso(times.endedSlot),
  };
}

/** `1h 05m`, with a minus when it is over. */
export function spanWords(ms: number): string {
  const minutes = Math.floor(Math.abs(ms) / 60_000);
  const text = `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`;
  return ms < 0 ? `-${text}` : text;
}

const english = ticketSpeech('en');

const left = (clock: TargetClock | null): string => {
  if (clock === null) return '-';
  if (clock.running) return spanWords(clock.leftMs);
  return clock.met === false ? `missed by ${spanWords(-clock.leftMs)}` : 'met';
};

export function reportsTable(reports: readonly Ticket[], now: EpochMs): string {
  if (reports.length === 0) return 'no fault reports\n';
  const heads = [
    'ID',
    'STATE',
    'CUSTOMER',
    'ABOUT',
    'FILED',
    'OWNER',
    'INCIDENT',
    'ANSWER',
    'REPAIR',
    'SUBJECT',
  ];
  const rows = reports.map((one) => {
    const { firstResponse, repair } = targetClocks(one, now);
    return [
      ...[one.id, one.state, one.customer, one.path ?? one.service ?? '-', isoInstant(one.filedAt)],
      ...[one.owner ?? '-', one.incident, left(firstResponse), left(repair), subjectOf(one, english)],
    ];
  });
  return `${tableLines(
    heads.map((head) => ({ head })),
    rows,
  ).join('\n')}\n`;
}

/** All of a report, for people. Texts of people are shown line by line, and can't steer the terminal. */
export function reportText(report: Ticket, now: EpochMs): string {
  const { firstResponse, repair } = targetClocks(report, now);
  const { evidence, offer } = report;
  const rows: [string, string | null][] = [
    ['state', report.state],
    ['customer', report.customer],
    ['path', report.path],
    ['service', report.service],
    ['since', isoInstant(report.since)],
    ['filed', `${isoInstant(report.filedAt)} by ${report.filedBy.name} (${report.channel})`],
    ['severity', report.severity],
    ['incident', report.incident],
    ['owner', report.owner],
    ['offered', offer && `to ${offer.to} by ${offer.by}`],
    ['answer', left(firstResponse)],
    ['repair', left(repair)],
    ['evidence', evidence ? `${evidence.window}, SHA-256 ${evidence.sha256}` : 'none: filed with no band'],
    ['entered', report.entries.map(({ what, id }) => `${what} ${id}`).join(', ') || null],
    ['files', report.attachments.map(({ name }) => name).join(', ') || null],
  ];
  const lines = rows.flatMap(([name, value]) =>
    value === null ? [] : [`${name.padEnd(10)}${oneLine(value)}`],
  );
  const history = report.history.map(({ at, actor, state, reason }) =>
    oneLine(`${isoInstant(at)}  ${state} by ${actor.name}${reason === null ? '' : `: ${reason}`}`),
  );
  const comments = report.comments.flatMap(({ at, actor, text, internal, attachments }) => [
    oneLine(`${isoInstant(at)}  ${actor.name}${internal ? ' (internal)' : ''}:`),
    ...indented(text),
    ...attachments.map(({ name, bytes }) => oneLine(`    [${name}, ${bytes} bytes]`)),
  ]);
  const parts = [
    [oneLine(`${report.id}  ${subjectOf(report, english)}`), ...lines],
    indented(textOf(report, english)),
    history,
    comments,
  ];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`;
}

const indented = (text: string): string[] => text.split(/\r?\n/).map((line) => `    ${oneLine(line)}`);

export function suggestionsTable(suggestions: readonly Suggestion[]): string {
  if (suggestions.length === 0) return 'no path is worse than normal\n';
  const heads = ['PATH', 'WORSE IN', 'SINCE', 'UNTIL'].map((head) => ({ head }));
  const rows = suggestions.map(({ path, metrics, firstSlot, lastSlot }) => [
    ...[path, metrics.join(', '), isoInstant(firstSlot), isoInstant(lastSlot)],
  ]);
  return `${tableLines(heads, rows).join('\n')}\n`;
}
