import type { Config } from './config.js';
import { driversWithoutEcho } from './drivers.js';

/** What this configuration leaves unwatched, a line each, for people; months count that time as unobserved. */
export function watchNotes({
  agent,
  book,
  driver,
  watch,
}: Pick<Config, 'agent' | 'book' | 'driver' | 'watch'>): string[] {
  const notes: string[] = [];
  if (watch.ports.length > 0 && (driversWithoutEcho as readonly string[]).includes(driver.kind)) {
    notes.push(
      `the driver ${driver.kind} measures rounds only: no port is watched, and all of its time is unobserved; ` +
        'auto, kernel and net-ping watch',
    );
  }
  const used = new Set(book.services.flatMap(({ terms }) => terms.flatMap(({ lines }) => lines)));
  const ports = new Map<string, string[]>();
  for (const { id, pop } of book.lines) {
    if (used.has(id) && !watch.ports.includes(pop)) ports.set(pop, [...(ports.get(pop) ?? []), id]);
  }
  for (const [port, lines] of ports) {
    const why = port === agent ? 'the agent stands in it' : 'it is not among watch.ports';
    notes.push(
      `the port of ${port} is not watched from here, ${why}: the time of ${listed(lines)} is unobserved, ` +
        'unless another agent watches it',
    );
  }
  return notes;
}

const most = 6;

function listed(lines: readonly string[]): string {
  const more = lines.length > most ? ` and ${lines.length - most} more` : '';
  return `${lines.length === 1 ? 'line' : 'lines'} ${lines.slice(0, most).join(', ')}${more}`;
}
