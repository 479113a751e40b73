import { summarise } from '../../../src/core/measurement/figures.js';
import type { Round } from '../../../src/core/measurement/round.js';
import type { StoredRound } from '../../../src/core/merge.js';
import { encodePackets } from '../../../src/store/packets/codec.js';
import type { StoredRows } from '../../../src/store/row-store.js';
import { round, sample, size, slot } from '../../support/rounds.js';

export const stored = (parts: Partial<Round> = {}): StoredRound => {
  const one = round(parts);
  return { ...summarise(one), packed: Buffer.from(encodePackets(one.sizes)) };
};

const everyMs = 1_800_000;

/** Rows of LAB1 of every sort. */
export const allRows: StoredRows = {
  slots: [
    stored(),
    stored({
      path: 'LAB1>LAB3',
      slot,
      status: 'invalid',
      reason: 'the socket dropped 3 packets',
      address: '2001:db8::7',
      provenance: {
        driver: 'net-ping',
        stamps: 'user',
        fallbackStamps: 2,
        socketDrops: null,
        sendLagUs: 812.5,
        calibration: { p50Us: 21, p99Us: 78.5 },
      },
      sizes: [
        sample(64, [
          { kind: 'late', rttUs: 2_000_001 },
          { kind: 'error', error: 'time-exceeded' },
          { kind: 'not-sent', reason: 'no-buffer' },
        ]),
        { ...size(128, [1, 2]), duplicates: 3, mismatched: 1 },
      ],
      icmpErrors: [
        { bytes: 64, error: 'time-exceeded', type: 11, code: 0, from: '192.0.2.7', mtu: null, count: 1 },
        { bytes: 64, error: 'packet-too-big', type: 3, code: 4, from: null, mtu: 1_400, count: 2 },
      ],
    }),
    stored({ slot: slot + everyMs, status: 'failed', reason: '„不通“', address: null, sizes: [] }),
    { ...stored({ slot: slot + 2 * everyMs }), packed: null },
    { path: 'LAB1>LAB2', slot: slot + 3 * everyMs, status: 'missing', reason: 'asleep' },
  ],
  watch: {
    outages: [
      {
        observer: 'LAB1',
        port: 'LAB2',
        start: { at: slot, earliest: slot - 5, latest: slot + 5 },
        end: { at: slot + 9, earliest: slot + 8, latest: slot + 9 },
        openedAt: slot + 5,
        closedAt: slot + 10,
        inferred: [{ from: slot + 2, to: slot + 3, reason: 'crashed' }],
        voided: { at: slot + 11, reason: 'isolated' },
      },
      {
        observer: 'LAB1',
        port: 'LAB3',
        start: { at: slot, earliest: slot, latest: slot },
        end: null,
        openedAt: slot + 5,
        closedAt: null,
        inferred: [],
        voided: null,
      },
    ],
    states: [
      { observer: 'LAB1', port: null, at: slot, state: 'watching', reason: null },
      { observer: 'LAB1', port: 'LAB2', at: slot, state: 'unobserved', reason: 'not-sent' },
    ],
    spans: [{ observer: 'LAB1', from: slot, to: slot + 60_000 }],
    blind: [
      { observer: 'LAB1', port: null, from: slot, to: slot + 7, reason: 'isolated' },
      { observer: 'LAB1', port: 'LAB2', from: slot, to: null, reason: 'not-sent' },
    ],
    traces: [
      {
        observer: 'LAB1',
        port: 'LAB2',
        at: slot + 6,
        reason: 'outage',
        address: '192.0.2.1',
        runs: [
          {
            method: 'icmp',
            hops: [{ ttl: 1, tries: [{ from: '198.51.100.1', rttUs: 900, type: 11, code: 0 }, null] }],
            reached: false,
            failure: null,
          },
          { method: 'udp', hops: [], reached: false, failure: 'no UDP socket: EMFILE' },
        ],
      },
    ],
  },
  configuredPaths: [{ path: 'LAB1>LAB2', firstSeenAt: slot - 9, lastSeenAt: slot }],
};

/** What a format before the second one could say of these rows. */
export function rowsOfVersion1(rows: StoredRows): StoredRows {
  const watch = without(rows.watch, 'traces');
  const slots = rows.slots.map((one) => {
    if (one.status === 'missing') return one;
    return without(one, 'icmpErrors');
  });
  return { ...rows, slots, watch };
}

function without<T extends object>(row: T, key: keyof T): T {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== key)) as T;
}
