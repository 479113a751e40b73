import type { TicketAction, TicketActor, TicketRecord } from '../../core/ticket/actions.js';
import type { SuggestedMetric, Suggestion } from '../../core/ticket/suggestion.js';
import type { FaultHead, TicketQuery, SuggestionQuery } from '../ledger-store.js';
import { allOf, type Where } from './people.js';

/** Rows of fault reports, and the statements that both databases run as they stand here. */
export interface TicketEventRow extends Pick<TicketRecord, 'report' | 'seq' | 'at' | 'previous' | 'hash'> {
  readonly actor: string;
  readonly side: TicketActor['side'];
  readonly action: string;
}

export interface TicketHeadRow extends Omit<FaultHead, 'sameness'> {
  readonly subject: string | null;
  readonly hour: number | null;
}

export const ticketSql = {
  last: 'SELECT seq, hash FROM fault_event WHERE report = :report ORDER BY seq DESC LIMIT 1',
  latest: 'SELECT coalesce(max(number), 0) AS latest FROM fault_report',
  addEvent: `INSERT INTO fault_event (report, seq, at, actor, side, action, previous, hash)
    VALUES (:report, :seq, :at, :actor, :side, :action, :previous, :hash)`,
  putHead: `INSERT INTO fault_report (number, customer, path, service, state, incident, owner, subject, hour, filed_at,
      updated_at)
    VALUES (:number, :customer, :path, :service, :state, :incident, :owner, :subject, :hour, :filedAt, :updatedAt)
    ON CONFLICT (number) DO UPDATE SET state = excluded.state, incident = excluded.incident,
      owner = excluded.owner, updated_at = excluded.updated_at`,
  events: `SELECT report, seq, at, actor, side, action, previous, hash FROM fault_event WHERE report = :report
    ORDER BY seq`,
  same: 'SELECT number, incident, state FROM fault_report WHERE subject = :subject AND hour = :hour ORDER BY number',
} as const;

/** Needs `:limit` and `:offset` besides. */
export function headsSql(
  query: TicketQuery,
  before?: number,
): { readonly sql: string; readonly values: Where['values'] } {
  const { where, values } = faultsWhere(query, before);
  return {
    values,
    sql: `SELECT number, customer, path, service, state, incident, owner, subject, hour, filed_at AS "filedAt",
        updated_at AS "updatedAt"
      FROM fault_report WHERE ${where} ORDER BY number DESC LIMIT :limit OFFSET :offset`,
  };
}

export function countSql(query: TicketQuery): { readonly sql: string; readonly values: Where['values'] } {
  const { where, values } = faultsWhere(query);
  return { values, sql: `SELECT count(*) AS reports FROM fault_report WHERE ${where}` };
}

const faultsWhere = (query: TicketQuery, before?: number): Where =>
  allOf([
    ['customer', query.customers],
    ['state', query.states],
    ['path = :path', query.path],
    ['service = :service', query.service],
    ['incident = :incident', query.incident],
    ['owner = :owner', query.owner],
    ['filed_at >= :from', query.from],
    ['filed_at < :to', query.to],
    ['number < :before', before],
  ]);

/** Whether the events of a report come right after the one before; null: there is none yet. */
export function followsReport(
  before: Pick<TicketRecord, 'seq' | 'hash'> | null,
  added: readonly TicketRecord[],
): boolean {
  let last = before;
  for (const { seq, previous, hash } of added) {
    if (seq !== (last?.seq ?? 0) + 1) return false;
    if (last !== null && previous !== last.hash) return false;
    last = { seq, hash };
  }
  return true;
}

export const headRow = ({ sameness, ...row }: FaultHead): TicketHeadRow => ({
  ...row,
  subject: sameness?.subject ?? null,
  hour: sameness?.hour ?? null,
});

export const headOf = ({ subject, hour, ...row }: TicketHeadRow): FaultHead => ({
  ...row,
  sameness: subject === null || hour === null ? null : { subject, hour },
});

export const ticketEventRow = ({ actor, action, ...row }: TicketRecord): TicketEventRow => ({
  ...row,
  actor: actor.name,
  side: actor.side,
  action: JSON.stringify(action),
});

export const ticketEventOf = ({ actor, side, action, ...row }: TicketEventRow): TicketRecord => ({
  ...row,
  actor: { name: actor, side },
  action: JSON.parse(action) as TicketAction,
});

export type SuggestionRow = Omit<Suggestion, 'metrics'> & { readonly metrics: string };

export const suggestionSql = {
  put: `INSERT INTO fault_suggestion (path, first_slot, last_slot, metrics, raised_at, ended_slot)
    VALUES (:path, :firstSlot, :lastSlot, :metrics, :raisedAt, :endedSlot)
    ON CONFLICT (path, first_slot) DO UPDATE SET last_slot = excluded.last_slot, metrics = excluded.metrics,
      ended_slot = excluded.ended_slot`,
  list: `SELECT path, first_slot AS "firstSlot", last_slot AS "lastSlot", metrics, raised_at AS "raisedAt",
      ended_slot AS "endedSlot"
    FROM fault_suggestion WHERE (path = :path OR :path IS NULL) AND (ended_slot IS NULL OR :open = 0)
      AND (first_slot < :beforeSlot OR first_slot = :beforeSlot AND path > :beforePath OR :beforePath IS NULL)
    ORDER BY first_slot DESC, path LIMIT :limit`,
} as const;

export const suggestionValues = ({ path, open, before, limit }: SuggestionQuery) => ({
  path: path ?? null,
  open: open === true ? 1 : 0,
  limit,
  beforeSlot: before?.firstSlot ?? null,
  beforePath: before?.path ?? null,
});

export const suggestionRow = ({ metrics, ...row }: Suggestion): SuggestionRow => ({
  ...row,
  metrics: metrics.join(','),
});
export const suggestionOf = ({ metrics, ...row }: SuggestionRow): Suggestion => ({
  ...row,
  metrics: metrics.split(',') as SuggestedMetric[],
});
