import { asPercent, formatHalfUp } from '../core/number/decimal.js';
import { multiply, ratio, type Rational } from '../core/number/rational.js';
import type { Grade } from '../core/quality/standing.js';
import type { PathId } from '../core/types.js';
import type { GradedRound, StandingEvents } from '../engine/standing/ports.js';
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

/**
 * A line when a path gets worse than its band before, with the figures of the round that shows it, and one when it is
 * better again. A round that says nothing of a band leaves it as it was.
 */
export function logPathTurns(log: Log): StandingEvents['roundGraded'] {
  const levels = new Map<PathId, number>();
  return (path, grade, of) => {
    const level = levelOf(grade);
    const before = levels.get(path) ?? 0;
    if (level === null || level === before) return;
    levels.set(path, level);
    const fields = { path, ...gradeFields(grade, of) };
    if (level > before) log.warn(fields, 'a path is worse than it was');
    else if (level > 0) log.info(fields, 'a path is better than it was');
    else log.info(fields, 'a path is normal again');
  };
}

/** The worse of the two bands; null: the round has none. */
function levelOf({ latencyBand, lossBand }: Grade): number | null {
  const levels = [latencyBand, lossBand].flatMap((band) => (band === null ? [] : [band.level]));
  return levels.length === 0 ? null : Math.max(...levels);
}

function gradeFields({ excess, latencyBand, lossBand }: Grade, of: GradedRound): object {
  const ms = (us: Rational | null): string | null => us && formatHalfUp(multiply(us, ratio(1n, 1000n)), 3);
  return {
    slot: new Date(of.slot).toISOString(),
    latencyMs: ms(of.latencyUs),
    committedMs: ms(of.commitmentUs),
    excessPercent: excess && formatHalfUp(excess, 1),
    latencyBand: latencyBand?.id ?? null,
    lossPercent: of.loss && formatHalfUp(asPercent(of.loss), 2),
    lossBand: lossBand?.id ?? null,
  };
}

/** For a hub, whose engine has no watch of its own: what its agents saw of outages. */
export function logOutages(log: Log): Partial<EngineEvents> {
  return {
    outageChanged: ({ observer, port, start, end, voided }) => {
      const [from, to] = [new Date(start.at).toISOString(), end && new Date(end.at).toISOString()];
      const fields = { port, observer, from, to };
      if (voided)
        log.warn({ ...fields, reason: voided.reason }, 'an outage is void: it says nothing of the port');
      else if (end) log.info({ ...fields, ms: end.at - start.at }, 'an outage has ended');
      else log.warn(fields, 'an outage has begun');
    },
  };
}
