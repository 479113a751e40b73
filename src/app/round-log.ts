import type { Round } from '../core/measurement/round.js';
import { summarise } from '../core/measurement/summary.js';
import type { EngineEvents, Log } from '../engine/ports.js';
import { lossPpm, meanUs } from '../render/figures.js';

/** One line of the log for every round. */
export function logRounds(log: Log): Partial<EngineEvents> {
  return {
    roundStored: (round) => {
      const { status, reason } = round;
      const line = { ...lineOf(round), ...(reason !== null && { reason }) };
      if (status === 'ok' || status === 'unscheduled') log.info(line, 'round stored');
      else log.warn(line, `round stored as ${status}`);
    },
    roundDelayed: (round, queued) => {
      log.warn({ ...lineOf(round), queued }, 'round measured, not stored yet');
    },
  };
}

/** The round's figures per size; null where there is none. */
function lineOf(round: Round): object {
  const sizes = summarise(round).sizes;
  return {
    path: round.path,
    slot: new Date(round.slot).toISOString(),
    status: round.status,
    tookMs: round.endedAt - round.startedAt,
    rttMeanUs: Object.fromEntries(sizes.map((size) => [size.bytes, meanUs(size)])),
    ...(round.icmpErrors && { icmpErrors: round.icmpErrors }),
    lossPpm: Object.fromEntries(sizes.map((size) => [size.bytes, lossPpm(size)])),
  };
}
