import type { EpochMs } from '../types.js';
import type { FaultState } from './actions.js';

const hourMs = 3_600_000;

/** What two reports of the same fault have in common: the path, or else the service, and the hour (UTC). */
export interface Sameness {
  readonly subject: string;
  readonly hour: EpochMs;
}

export function samenessOf(filed: {
  readonly path: string | null;
  readonly service: string | null;
  readonly since: EpochMs;
}): Sameness | null {
  const { path, service, since } = filed;
  const subject = path ?? (service === null ? null : `service:${service}`);
  return subject === null ? null : { subject, hour: since - (((since % hourMs) + hourMs) % hourMs) };
}

/** A report as far as it matters for whether another one is of the same fault. */
export interface SameFault extends Sameness {
  readonly number: number;
  readonly incident: string;
  readonly state: FaultState;
}

/** The incident of a new report: that of the first of the same path and hour that was not rejected, or its own. */
export function incidentOf(sameness: Sameness | null, others: readonly SameFault[], number: number): string {
  const first = others
    .filter(
      ({ subject, hour, state }) =>
        subject === sameness?.subject && hour === sameness.hour && state !== 'rejected',
    )
    .sort((a, b) => a.number - b.number)[0];
  return first?.incident ?? `I${number}`;
}
