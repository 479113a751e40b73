import { countSize, type StampSource } from '../src/core/measurement/round.js';
import { percentile } from '../src/core/measurement/figures.js';
import { kindNames, openDriver, type OpenOptions } from './kinds.js';
import { ProbeUnavailableError, type RoundRequest, type RoundResult } from './probe.js';

/** The same round by one kind. */
export type SideBySideRow =
  | { readonly kind: string; readonly usable: false; readonly reason: string; readonly remedy: string | null }
  | {
      readonly kind: string;
      readonly usable: true;
      readonly stamps: StampSource;
      readonly sent: number;
      readonly received: number;
      /** Over all sizes, of what was received; null when nothing was. */
      readonly rttUs: { readonly min: number; readonly p50: number; readonly p99: number } | null;
      readonly sendLagUs: number | null;
    };

/** The kinds that send packets, each by its own name. */
export const comparableKinds: readonly string[] = kindNames.filter(
  (name) => name !== 'auto' && name !== 'simulated',
);

/**
 * Measures the same round by each kind, one after the other: at a time they would measure each other. What can't run
 * here has a row that says why. Never rejects.
 */
export async function sideBySide(
  options: OpenOptions,
  request: RoundRequest,
  kinds: readonly string[] = comparableKinds,
): Promise<SideBySideRow[]> {
  const rows: SideBySideRow[] = [];
  for (const kind of kinds) rows.push(await rowOf(kind, options, request));
  return rows;
}

async function rowOf(kind: string, options: OpenOptions, request: RoundRequest): Promise<SideBySideRow> {
  try {
    const driver = await openDriver(kind, options);
    try {
      return rowFrom(kind, await driver.measure(request));
    } finally {
      await driver.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      kind,
      usable: false,
      reason,
      remedy: error instanceof ProbeUnavailableError ? error.remedy : null,
    };
  }
}

function rowFrom(kind: string, { ended, reason, sizes, provenance }: RoundResult): SideBySideRow {
  if (ended === 'failed') return { kind, usable: false, reason: reason ?? 'the round failed', remedy: null };
  const rtts = sizes
    .flatMap((size) => size.packets)
    .flatMap((packet) => (packet.kind === 'received' ? [packet.rttUs] : []))
    .sort((a, b) => a - b);
  const [min] = rtts;
  const sum = (key: 'sent' | 'received'): number =>
    sizes.reduce((total, size) => total + countSize(size)[key], 0);
  return {
    kind,
    usable: true,
    stamps: provenance.stamps,
    sent: sum('sent'),
    received: sum('received'),
    rttUs: min === undefined ? null : { min, p50: percentile(rtts, 50), p99: percentile(rtts, 99) },
    sendLagUs: provenance.sendLagUs,
  };
}
