import { missingReasons, roundStatuses, type MissingRound, type Round } from '../core/measurement/round.js';
import type { MetricMaker } from './make.js';
import { metricNames } from './names.js';
import type { PathSeries } from './paths.js';

/** What became of rounds and slots, and of rounds that the store refused. */
export interface RoundSeries {
  readonly roundStored: (round: Round) => void;
  readonly roundDelayed: (round: Round) => void;
  readonly roundDropped: (round: Round) => void;
  readonly slotsMissing: (missing: readonly MissingRound[]) => void;
}

export function roundSeries(
  make: MetricMaker,
  { paths, sendLag }: { readonly paths: PathSeries; readonly sendLag: (us: number) => void },
): RoundSeries {
  const rounds = make.counter(metricNames.rounds);
  const missedSlots = make.counter(metricNames.missedSlots);
  const queue = make.gauge(metricNames.storeQueue);
  const delayed = make.counter(metricNames.storeDelayed);
  const dropped = make.counter(metricNames.storeDropped);
  for (const status of roundStatuses) if (status !== 'missing') rounds.inc({ status }, 0);
  for (const reason of missingReasons) missedSlots.inc({ reason }, 0);

  const waiting = new Set<string>();
  const key = (round: Round): string => `${round.path} ${round.slot}`;
  const noLongerWaits = (round: Round): boolean => {
    const waited = waiting.delete(key(round));
    queue.set(waiting.size);
    return waited;
  };
  return {
    roundStored: (round) => {
      if (!noLongerWaits(round)) paths.round(round);
      rounds.inc({ status: round.status });
      const { sendLagUs } = round.provenance;
      if (sendLagUs !== null) sendLag(sendLagUs);
    },
    roundDelayed: (round) => {
      if (waiting.has(key(round))) return;
      waiting.add(key(round));
      queue.set(waiting.size);
      delayed.inc();
      // What was measured is shown, stored or not.
      paths.round(round);
    },
    roundDropped: (round) => {
      noLongerWaits(round);
      dropped.inc();
    },
    slotsMissing: (missing) => {
      for (const { path, slot, reason } of missing) {
        missedSlots.inc({ reason });
        paths.missing(path, slot);
      }
    },
  };
}
