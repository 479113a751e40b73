import type { FaultReport } from '../../core/fault/report.js';
import type { Suggestion } from '../../core/fault/suggestion.js';
import { targetClocks, type TargetClock } from '../../core/fault/targets.js';
import type { EpochMs } from '../../core/types.js';
import { isoInstant } from '../instant.js';
import { oneLine, tableLines } from '../table.js';

/** `1h 05m`, with a minus when it is over. */
export function spanWords(ms: number): string {
  const minutes = Math.floor(Math.abs(ms) / 60_000);
  const text = `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`;
  return ms < 0 ? `-${text}` : text;
}

const left = (clock: TargetClock | null): string => {
  if (clock === null) return '-';
  if (clock.running) return spanWords(clock.leftMs);
  return clock.met === false ? `missed by ${spanWords(-clock.leftMs)}` : 'met';
};

export function reportsTable(reports: readonly FaultReport[], now: EpochMs): string {
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
      ...[one.owner ?? '-', one.incident, left(firstResponse), left(repair), one.subject],
    ];
  });
  return `${tableLines(
    heads.map((head) => ({ head })),
    rows,
  ).join('\n')}\n`;
}

/** All of a report, for people. Texts of people are shown line by line, and can't steer the terminal. */
export function reportText(report: FaultReport, now: EpochMs): string {
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
    [oneLine(`${report.id}  ${report.subject}`), ...lines],
    indented(report.text),
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
