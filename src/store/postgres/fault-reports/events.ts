import type { FaultEvent, FaultState } from '../../../core/fault/actions.js';
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
import type { Connection, Query } from '../database.js';
import { lock } from '../locks.js';
import { addToOutbox } from '../notify/outbox.js';

export function faultStore({ read, write }: Connection): FaultStore {
  const latest = async (query: Query): Promise<number> =>
    (await query<{ latest: number }>(faultSql.latest))[0]?.latest ?? 0;
  return {
    append: ({ events: added, head, outbox }) =>
      write(async (query) => {
        await lock(query, 'faults');
        const [before = null] = await query<Pick<FaultEvent, 'seq' | 'hash'>>(faultSql.last, {
          report: head.number,
        });
        if (before === null && head.number !== (await latest(query)) + 1) return 'moved';
        if (!followsReport(before, added)) return 'moved';
        await query(faultSql.putHead, { ...headRow(head) });
        for (const event of added) await query(faultSql.addEvent, { ...faultEventRow(event) });
        await addToOutbox(query, outbox);
        return 'stored';
      }),
    events: async (report) => (await read<FaultEventRow>(faultSql.events, { report })).map(faultEventOf),
    async heads({ limit, before, offset = 0, ...query }) {
      const { sql, values } = headsSql(query, before);
      return (await read<FaultHeadRow>(sql, { ...values, limit, offset })).map(headOf);
    },
    async count(query) {
      const { sql, values } = countSql(query);
      return (await read<{ reports: number }>(sql, values))[0]?.reports ?? 0;
    },
    async same({ subject, hour }) {
      const rows = await read<{ number: number; incident: string; state: FaultState }>(faultSql.same, {
        subject,
        hour,
      });
      return rows.map((row) => ({ ...row, subject, hour }));
    },
    latest: () => latest(read),
  };
}
