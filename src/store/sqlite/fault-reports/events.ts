import type { FaultEvent, FaultState } from '../../../core/fault/actions.js';
import type { SameFault } from '../../../core/fault/incident.js';
import type { FaultStore } from '../../fault-store.js';
import {
  countSql,
  faultEventOf,
  faultEventRow,
  faultSql,
  followsReport,
  headOf,
  headRow,
  headsSql,
  type FaultEventRow,
  type FaultHeadRow,
} from '../../rows/fault.js';
import type { Connection } from '../database.js';
import { outboxInsert } from '../notify/outbox.js';

export function faultStore({ db, read, write }: Connection): FaultStore {
  const addOutbox = outboxInsert(db);
  const last = db.prepare<object, Pick<FaultEvent, 'seq' | 'hash'>>(faultSql.last);
  const latest = db.prepare<[], number>(faultSql.latest).pluck();
  const addEvent = db.prepare(faultSql.addEvent);
  const putHead = db.prepare(faultSql.putHead);
  const events = db.prepare<object, FaultEventRow>(faultSql.events);
  const same = db.prepare<object, { number: number; incident: string; state: FaultState }>(faultSql.same);
  return {
    append: ({ events: added, head, outbox }) =>
      write(() => {
        const before = last.get({ report: head.number }) ?? null;
        if (before === null && head.number !== (latest.get() ?? 0) + 1) return 'moved';
        if (!followsReport(before, added)) return 'moved';
        putHead.run(headRow(head));
        for (const event of added) addEvent.run(faultEventRow(event));
        addOutbox(outbox);
        return 'stored';
      }),
    events: (report) => read(() => events.all({ report }).map(faultEventOf)),
    heads: ({ limit, before, offset = 0, ...query }) =>
      read(() => {
        const { sql, values } = headsSql(query, before);
        return db
          .prepare<object, FaultHeadRow>(sql)
          .all({ ...values, limit, offset })
          .map(headOf);
      }),
    count: (query) =>
      read(() => {
        const { sql, values } = countSql(query);
        return db.prepare<object, number>(sql).pluck().get(values) ?? 0;
      }),
    same: ({ subject, hour }) =>
      read(() => same.all({ subject, hour }).map((row): SameFault => ({ ...row, subject, hour }))),
    latest: () => read(() => latest.get() ?? 0),
  };
}
