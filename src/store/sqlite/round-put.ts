import { countSize } from '../../core/measurement/counts.js';
import type { MissingRound, Round } from '../../core/measurement/round.js';
import type { EpochMs } from '../../core/types.js';
import { encodePackets } from '../packets/codec.js';
import type { RoundStore } from '../store.js';
import type { Connection } from './database.js';
import { pathNumber } from './paths.js';

type Value = number | string | Uint8Array | null;

/** How many marks share a transaction: a long absence leaves many thousands. */
const marksAtOnce = 1000;

/** Packets of rounds of slots before `packetsFrom` are not kept. */
export function roundPut(
  { db, write }: Connection,
  packetsFrom: EpochMs = -Infinity,
): Pick<RoundStore, 'put' | 'putMissing'> {
  const numberOf = pathNumber(db);
  const insertRound = db.prepare<Value[]>(
    `INSERT INTO round (slot, path_id, status, reason, address, started_at, ended_at, lost_after_ms, driver, stamps,
       fallback_stamps, socket_drops, send_lag_us, calibration_p50_us, calibration_p99_us, packets_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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

  const store = (round: Round, packed: Uint8Array | null): 'stored' | 'already-stored' => {
    const { slot, provenance } = round;
    const path = numberOf(round.path);
    if (known.get(slot, path) !== undefined) return 'already-stored';
    const packetsId = packed && Number(insertPackets.run(packed).lastInsertRowid);
    insertRound.run(
      ...[slot, path, round.status, round.reason, round.address, round.startedAt, round.endedAt],
      ...[round.lostAfterMs, provenance.driver, provenance.stamps, provenance.fallbackStamps],
      ...[provenance.socketDrops, provenance.sendLagUs],
      ...[provenance.calibration?.p50Us ?? null, provenance.calibration?.p99Us ?? null, packetsId],
    );
    const sizes = round.sizes.map(countSize);
    const withLatency = sizes.filter((size) => size.received > 0).length;
    const withLoss = sizes.filter((size) => size.sent > 0).length;
    const held = round.status === 'ok' && withLoss > 0 ? 1 : 0;
    sizes.forEach((size, position) => {
      insertSize.run(
        ...[path, slot, position, size.bytes, held, size.sent, size.received, withLatency, withLoss],
        ...[size.rttSumUs, size.rttMinUs, size.rttMaxUs, size.late, size.errors, size.notSent],
        ...[size.duplicates, size.mismatched],
      );
    });
    return 'stored';
  };

  const mark = (missing: readonly MissingRound[]): number =>
    missing.reduce(
      (added, { path, slot, reason }) => added + insertMissing.run(slot, numberOf(path), reason).changes,
      0,
    );

  return {
    async put(round) {
      const packed = round.slot < packetsFrom ? null : encodePackets(round.sizes); // a round it can't pack fails before the transaction, and alone
      return write(() => store(round, packed));
    },
    async putMissing(missing) {
      const parts: Promise<number>[] = [];
      for (let at = 0; at < missing.length; at += marksAtOnce) {
        const part = missing.slice(at, at + marksAtOnce);
        parts.push(write(() => mark(part)));
      }
      return (await Promise.all(parts)).reduce((sum, added) => sum + added, 0);
    },
  };
}
