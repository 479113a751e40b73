import type { FaultActor, FaultAction, FaultEvent, FaultState } from '../../../core/fault/actions.js';
import type { SameFault } from '../../../core/fault/incident.js';
import type { FaultHead, FaultQuery, FaultStore } from '../../fault-store.js';
import type { Connection } from '../database.js';
import { outboxInsert } from '../notify/outbox.js';

interface EventRow extends Pick<FaultEvent, 'report' | 'seq' | 'at' | 'previous' | 'hash'> {
  readonly actor: string;
  readonly side: FaultActor['side'];
  readonly action: string;
}

interface HeadRow extends Omit<FaultHead, 'sameness'> {
  readonly subject: string | null;
  readonly hour: number | null;
}

const headColumns = `number, customer, path, service, state, incident, owner, subject, hour, filed_at AS filedAt,
  updated_at AS updatedAt`;

export function faultStore({ db, read, write }: Connection): FaultStore {
  const addOutbox = outboxInsert(db);
  const last = db.prepare<[number], Pick<FaultEvent, 'seq' | 'hash'>>(
    'SELECT seq, hash FROM fault_event WHERE report = ? ORDER BY seq DESC LIMIT 1',
  );
  const latest = db.prepare<[], number>('SELECT ifnull(max(number), 0) FROM fault_report').pluck();
  const addEvent = db.prepare(
    `INSERT INTO fault_event (report, seq, at, actor, side, action, previous, hash)
     VALUES (:report, :seq, :at, :actor, :side, :action, :previous, :hash)`,
  );
  const putHead = db.prepare(
    `INSERT INTO fault_report (number, customer, path, service, state, incident, owner, subject, hour, filed_at, updated_at)
     VALUES (:number, :customer, :path, :service, :state, :incident, :owner, :subject, :hour, :filedAt, :updatedAt)
     ON CONFLICT (number) DO UPDATE SET state = excluded.state, incident = excluded.incident,
       owner = excluded.owner, updated_at = excluded.updated_at`,
  );
  const events = db.prepare<[number], EventRow>(
    `SELECT report, seq, at, actor, side, action, previous, hash FROM fault_event WHERE report = ? ORDER BY seq`,
  );
  const same = db.prepare<[string, number], { number: number; incident: string; state: FaultState }>(
    'SELECT number, incident, state FROM fault_report WHERE subject = ? AND hour = ? ORDER BY number',
  );
  return {
    append: ({ events: added, head, outbox }) =>
      write(() => {
        let before = last.get(head.number) ?? null;
        if (before === null && head.number !== (latest.get() ?? 0) + 1) return 'moved';
        for (const { seq, previous, hash } of added) {
          if (seq !== (before?.seq ?? 0) + 1) return 'moved';
          if (before !== null && previous !== before.hash) return 'moved';
          before = { seq, hash };
        }
        const { sameness, ...row } = head;
        putHead.run({ ...row, subject: sameness?.subject ?? null, hour: sameness?.hour ?? null });
        for (const { actor, action, ...event } of added) {
          const { name, side } = actor;
          addEvent.run({ ...event, actor: name, side, action: JSON.stringify(action) });
        }
        addOutbox(outbox);
        return 'stored';
      }),
    events: (report) => read(() => events.all(report).map(eventOf)),
    heads: ({ limit, before, offset = 0, ...query }) =>
      read(() => {
        const { where, values } = conditions(query, before);
        const sql = `SELECT ${headColumns} FROM fault_report ${where} ORDER BY number DESC LIMIT ? OFFSET ?`;
        return db
          .prepare<unknown[], HeadRow>(sql)
          .all(...values, limit, offset)
          .map(headOf);
      }),
    count: (query) =>
      read(() => {
        const { where, values } = conditions(query);
        const sql = `SELECT count(*) FROM fault_report ${where}`;
        return (
          db
            .prepare<unknown[], number>(sql)
            .pluck()
            .get(...values) ?? 0
        );
      }),
    same: ({ subject, hour }) =>
      read(() => same.all(subject, hour).map((row): SameFault => ({ ...row, subject, hour }))),
    latest: () => read(() => latest.get() ?? 0),
  };
}

function conditions(query: FaultQuery, before?: number) {
  const parts: [string, readonly unknown[]][] = [];
  const oneOf = (column: string, list: readonly string[] | undefined): void => {
    if (list) parts.push([`${column} IN (${list.map(() => '?').join(', ')})`, list]);
  };
  const is = (sql: string, value: unknown): void => {
    if (value !== undefined) parts.push([sql, [value]]);
  };
  oneOf('customer', query.customers);
  oneOf('state', query.states);
  is('path = ?', query.path);
  is('service = ?', query.service);
  is('incident = ?', query.incident);
  is('owner = ?', query.owner);
  is('filed_at >= ?', query.from);
  is('filed_at < ?', query.to);
  is('number < ?', before);
  const where = parts.length === 0 ? '' : `WHERE ${parts.map(([sql]) => sql).join(' AND ')}`;
  return { where, values: parts.flatMap(([, values]) => values) };
}

function headOf({ subject, hour, ...row }: HeadRow): FaultHead {
  return { ...row, sameness: subject === null || hour === null ? null : { subject, hour } };
}

function eventOf({ actor, side, action, ...row }: EventRow): FaultEvent {
  return { ...row, actor: { name: actor, side }, action: JSON.parse(action) as FaultAction };
}
