import { isoInstant } from '../instant.js';
import { tableLines } from '../table.js';

/** What is shown of a message that no hub took. */
export interface DeadShown {
  readonly number: number;
  readonly at: number;
  readonly reason: string;
  readonly why: string;
  readonly subject: string;
  readonly sequence: number;
  readonly body: Uint8Array;
}

export const deadJson = ({ body, at, ...letter }: DeadShown): object => ({
  ...letter,
  at: isoInstant(at),
  bytes: body.length,
});

export function deadTable(letters: readonly DeadShown[]): string {
  if (letters.length === 0) return 'no dead letters\n';
  const rows = letters.map(({ number, at, subject, reason, why, body }) => [
    ...[String(number), isoInstant(at), subject, String(body.length), reason, why],
  ]);
  const columns = [
    ...[{ head: 'NUMBER', align: 'right' as const }, { head: 'SINCE' }, { head: 'SUBJECT' }],
    ...[{ head: 'BYTES', align: 'right' as const }, { head: 'REASON' }, { head: 'WHY' }],
  ];
  return `${tableLines(columns, rows).join('\n')}\n`;
}
