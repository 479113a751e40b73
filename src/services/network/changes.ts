import type { Clock, EngineEvents } from '../../engine/ports.js';

/** Tells open pages that something in the network changed, so that they ask anew. */
export interface NetworkChanges {
  /** `end` is called when the daemon stops. Returns what ends the subscription; null: there are too many. */
  subscribe(listener: { readonly changed: () => void; readonly end: () => void }): (() => void) | null;
}

interface ChangesOptions {
  readonly clock: Pick<Clock, 'sleep'>;
}

interface ChangesSource extends NetworkChanges {
  readonly events: Partial<EngineEvents>;
  close(): void;
}

/** The row of an outage is written while its event is on its way: pages ask when it is stored, and once more. */
const afterMs = [200, 1300] as const;
const mostListeners = 500;

export function createNetworkChanges({ clock }: ChangesOptions): ChangesSource {
  const listeners = new Set<Parameters<NetworkChanges['subscribe']>[0]>();
  /** How many events are not told of yet; null: nothing is being told. */
  let untold: number | null = null;
  const tell = async (): Promise<void> => {
    while (untold !== null) {
      const before: number = untold;
      for (const ms of afterMs) {
        await clock.sleep(ms);
        for (const { changed } of listeners) changed();
      }
      if (untold === before) untold = null;
    }
  };
  const notify = (): void => {
    const isTelling = untold !== null;
    untold = (untold ?? 0) + 1;
    if (!isTelling) void tell();
  };
  return {
    subscribe: (listener) => {
      if (listeners.size >= mostListeners) return null;
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    events: { outageChanged: notify, isolated: notify },
    close: () => {
      for (const { end } of [...listeners]) end();
    },
  };
}
