import { popSla } from './pop-sla.js';

/** A round or a missing slot, as HTTP and `pop-sla rounds --json` show it. */
export interface Slot {
  readonly path: string;
  readonly slot: string;
  readonly status: string;
  readonly reason: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly address: string | null;
  readonly sizes: readonly SlotSize[];
  readonly icmpErrors: readonly {
    readonly bytes: number;
    readonly error: string;
    readonly type: number;
    readonly code: number;
    readonly from: string | null;
    readonly mtu: number | null;
    readonly count: number;
  }[];
}

export interface SlotSize {
  readonly bytes: number;
  readonly sent: number;
  readonly received: number;
  readonly lost: number;
  readonly late: number;
  readonly errors: number;
  readonly notSent: number;
  readonly duplicates: number;
  readonly mismatched: number;
  readonly lossPpm: number | null;
  readonly rttMeanUs: number | null;
  readonly rttMinUs: number | null;
  readonly rttMaxUs: number | null;
}

/** What is stored, read by the command from the database. */
export async function storedSlots(config: string): Promise<Slot[]> {
  const done = await popSla(['rounds', '--config', config, '--json']);
  if (done.code !== 0) throw new Error(`pop-sla rounds: exit ${String(done.code)}: ${done.stderr}`);
  return (JSON.parse(done.stdout) as { rounds: Slot[] }).rounds;
}
