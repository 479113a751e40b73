import type { PacketOutcome } from '../../src/core/measurement/round.js';
import type { EchoRequest, EchoResult } from '../probe.js';

/** What a thread or process of a kind says of one echo. */
export interface EchoOutcome {
  readonly id: number;
  /** Milliseconds on the clock of `process.hrtime`, which all threads and processes share. */
  readonly sentHrtimeMs: number;
  readonly outcome: PacketOutcome;
}

type Tell = (results: readonly EchoResult[]) => void;

/** The echoes that a thread or process was asked for. Each gets its result, whatever happens. */
interface PendingEchoes {
  /** The requests as they are to be passed on, with ids of their own. */
  ask(requests: readonly EchoRequest[], tell: Tell): EchoRequest[];
  told(results: readonly EchoOutcome[]): void;
  /** It is gone: none of them can be answered any more. */
  readonly giveUp: () => void;
}

interface Pending {
  readonly id: number;
  readonly tell: Tell;
}

/** `nextId`: shared with the rounds, where both are kept in one table. */
export function pendingEchoes(nextId: () => number): PendingEchoes {
  const pending = new Map<number, Pending>();
  const tellAll = (results: readonly EchoResult[]): void => {
    const batches = new Map<Tell, EchoResult[]>();
    for (const result of results) {
      const asked = pending.get(result.id);
      if (!asked) continue;
      pending.delete(result.id);
      const batch = batches.get(asked.tell) ?? [];
      batch.push({ ...result, id: asked.id });
      batches.set(asked.tell, batch);
    }
    for (const [tell, batch] of batches) tell(batch);
  };
  return {
    ask: (requests, tell) =>
      requests.map((request) => {
        const id = nextId();
        pending.set(id, { id: request.id, tell });
        return { ...request, id };
      }),
    told(results) {
      // Both clocks are the same one, counted from different instants.
      const offsetMs = performance.now() - Number(process.hrtime.bigint()) / 1e6;
      tellAll(
        results.map(({ id, sentHrtimeMs, outcome }) => ({ id, sentAtMs: sentHrtimeMs + offsetMs, outcome })),
      );
    },
    giveUp() {
      const sentAtMs = performance.now();
      const outcome = { kind: 'not-sent', reason: 'aborted' } as const;
      tellAll([...pending.keys()].map((id) => ({ id, sentAtMs, outcome })));
    },
  };
}
