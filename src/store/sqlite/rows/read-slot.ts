import type Database from 'better-sqlite3';
import type { SizeCounts } from '../../../core/measurement/counts.js';
import type { StoredSlot } from '../../../core/merge/slot.js';
import type { EpochMs } from '../../../core/types.js';
import {
  missingSummary,
  roundColumns,
  sizesQuery,
  summary,
  type MeasuredRow,
  type MissingRow,
} from '../round-list.js';

/** What stands of a slot, as it stands; undefined where nothing does. */
export function slotReader(db: Database.Database): (slot: EpochMs, pathId: number) => StoredSlot | undefined {
  const row = db.prepare<[EpochMs, number], (MeasuredRow | MissingRow) & { readonly packed: Buffer | null }>(
    `SELECT ${roundColumns}, packets.packed
     FROM round JOIN path ON path.id = path_id LEFT JOIN packets ON packets.id = packets_id
     WHERE slot = ? AND path_id = ?`,
  );
  const sizes = db.prepare<[number, EpochMs], SizeCounts>(sizesQuery);
  return (slot, pathId) => {
    const found = row.get(slot, pathId);
    if (found === undefined) return undefined;
    if (found.status === 'missing') return missingSummary(found);
    return { ...summary(found, sizes.all(pathId, slot)), packed: found.packed };
  };
}
