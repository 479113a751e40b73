import type { StoredRound } from '../../core/merge/slot.js';
import type { EpochMs, PathId } from '../../core/types.js';
import type { Connection } from './database.js';

type Value = number | string | Uint8Array | null;

/** Writes one round or mark, within a transaction of the caller's. */
export interface RoundRows {
  isKnown(slot: EpochMs, pathId: number): boolean;
  insert(pathId: number, round: StoredRound): void;
  /** False where something is stored of the slot. */
  mark(pathId: number, slot: EpochMs, reason: string): boolean;
  /** The mark of a slot, where there is one; a round stays. */
  removeMark(slot: EpochMs, pathId: number): void;
  /** All marks of these paths' slots at or after `from`; gives how many there were. */
  removeMarksFrom(paths: readonly PathId[], from: EpochMs): number;
  /** The round or mark with all that is of it. */
  remove(slot: EpochMs, pathId: number): void;
}

export function roundRows(db: Connection['db']): RoundRows {
  const insertRound = db.prepare<Value[]>(
    `INSERT INTO round (slot, path_id, status, reason, address, started_at, ended_at, lost_after_ms, driver, stamps,
       fallback_stamps, socket_drops, send_lag_us, calibration_p50_us, calibration_p99_us, packets_id, icmp_errors)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertSize = db.prepare<Value[]>(
    `INSERT INTO size (path_id, slot, position, bytes, held, sent, received, sizes_with_latency, sizes_with_loss,
       rtt_sum_us, rtt_min_us, rtt_max_us, late, errors, not_sent, duplicates, mismatched)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertPackets = db.prepare<[Uint8Array]>('INSERT INTO packets (packed) VALUES (?)');
  const known = db.prepare<[EpochMs, number], 1>('SELECT 1 FROM round WHERE slot = ? AND path_id = ?');
  const insertMissing = db.prepare<[EpochMs, number, string]>(
    "INSERT INTO round (slot, path_id, status, reason) VALUES (?, ?, 'missing', ?) ON CONFLICT DO NOTHING",
  );
  const removeMark = db.prepare<[EpochMs, number]>(
    "DELETE FROM round WHERE slot = ? AND path_id = ? AND status = 'missing'",
  );
  const removeMarksFrom = db.prepare<[EpochMs, string]>(
    `DELETE FROM round WHERE slot >= ? AND status = 'missing'
       AND path_id IN (SELECT id FROM path WHERE name IN (SELECT value FROM json_each(?)))`,
  );
  const remove = db.prepare<[EpochMs, number]>('DELETE FROM round WHERE slot = ? AND path_id = ?');
  return {
    isKnown: (slot, pathId) => known.get(slot, pathId) !== undefined,
    insert(pathId, round) {
      const { slot, provenance, packed, sizes } = round;
      const packetsId = packed && Number(insertPackets.run(packed).lastInsertRowid);
      insertRound.run(
        ...[slot, pathId, round.status, round.reason, round.address, round.startedAt, round.endedAt],
        ...[round.lostAfterMs, provenance.driver, provenance.stamps, provenance.fallbackStamps],
        ...[provenance.socketDrops, provenance.sendLagUs],
        ...[provenance.calibration?.p50Us ?? null, provenance.calibration?.p99Us ?? null, packetsId],
        round.icmpErrors ? JSON.stringify(round.icmpErrors) : null,
      );
      const withLatency = sizes.filter((size) => size.received > 0).length;
      const withLoss = sizes.filter((size) => size.sent > 0).length;
      const held = round.status === 'ok' && withLoss > 0 ? 1 : 0;
      sizes.forEach((size, position) => {
        insertSize.run(
          ...[pathId, slot, position, size.bytes, held, size.sent, size.received, withLatency, withLoss],
          ...[size.rttSumUs, size.rttMinUs, size.rttMaxUs, size.late, size.errors, size.notSent],
          ...[size.duplicates, size.mismatched],
        );
      });
    },
    mark: (pathId, slot, reason) => insertMissing.run(slot, pathId, reason).changes > 0,
    removeMark: (slot, pathId) => void removeMark.run(slot, pathId),
    removeMarksFrom: (paths, from) => removeMarksFrom.run(from, JSON.stringify(paths)).changes,
    remove: (slot, pathId) => void remove.run(slot, pathId),
  };
}
