import { setMaxListeners } from 'node:events';
import { isIP } from 'node:net';
import { lost } from '../../src/core/measurement/packet.js';
import type { EchoRequest, EchoResult } from '../probe.js';
import { conditionsTowards } from './conditions.js';
import { fateOf, noReply, streamKey } from './fate.js';
import type { SimulatedClock, SimulatedScript } from './script.js';

export interface EchoesOptions {
  readonly script: SimulatedScript;
  readonly clock: SimulatedClock;
}

/** Single echoes over the simulated network. */
export interface Echoes {
  send(requests: readonly EchoRequest[], tell: (results: readonly EchoResult[]) => void): void;
  /** Tells what is in flight as not sent. */
  close(): void;
}

interface Coming {
  readonly result: EchoResult;
  readonly inMs: number;
}

export function simulatedEchoes({ script, clock }: EchoesOptions): Echoes {
  const closing = new AbortController();
  // One for each echo in flight.
  setMaxListeners(0, closing.signal);

  const fate = (request: EchoRequest, sentAtMs: number): Coming => {
    const { id, address, icmpBytes, patienceMs } = request;
    if (isIP(address) === 0)
      return { inMs: 0, result: { id, sentAtMs, outcome: { kind: 'not-sent', reason: 'other' } } };
    const now = clock.now();
    const conditions = conditionsTowards(script, address, now, now)(now);
    const rttUs = fateOf(streamKey(script.seed, address, now, icmpBytes), id, conditions);
    if (rttUs === noReply || rttUs > patienceMs * 1000)
      return { inMs: patienceMs, result: { id, sentAtMs, outcome: lost } };
    return { inMs: rttUs / 1000, result: { id, sentAtMs, outcome: { kind: 'received', rttUs } } };
  };

  return {
    send(requests, tell) {
      const sentAtMs = clock.monotonicMs();
      const coming = new Map<number, EchoResult[]>();
      for (const request of requests) {
        const { inMs, result } = fate(request, sentAtMs);
        coming.set(inMs, [...(coming.get(inMs) ?? []), result]);
      }
      for (const [inMs, results] of coming)
        void clock.sleep(inMs, closing.signal).then(() => {
          const cutOff = closing.signal.aborted;
          tell(cutOff ? results.map(unsent) : results);
        });
    },
    close() {
      closing.abort();
    },
  };
}

const unsent = ({ id, sentAtMs }: EchoResult): EchoResult => ({
  id,
  sentAtMs,
  outcome: { kind: 'not-sent', reason: 'aborted' },
});
