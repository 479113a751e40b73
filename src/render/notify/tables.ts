import type { EpochMs } from '../../core/types.js';
import { isoInstant } from '../instant.js';
import { tableLines } from '../table.js';

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
    ...[one.id, one.customer ?? '(operator)', one.kind, one.address, one.language, one.events.join(', ')],
  ]);
  return `${tableLines(heads, rows).join('\n')}\n`;
}
