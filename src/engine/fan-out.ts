import type { EngineEvents } from './ports.js';

/** Tells every listener; a listener that is not interested in a kind leaves it out. */
export function fanOut(listeners: readonly Partial<EngineEvents>[]): EngineEvents {
  const tell =
    <K extends keyof EngineEvents>(kind: K) =>
    (...args: Parameters<EngineEvents[K]>): void => {
      for (const listener of listeners) {
        (listener[kind] as ((...all: Parameters<EngineEvents[K]>) => void) | undefined)?.(...args);
      }
    };
  return {
    roundStarted: tell('roundStarted'),
    roundStored: tell('roundStored'),
    roundDelayed: tell('roundDelayed'),
    roundDropped: tell('roundDropped'),
    slotsMissing: tell('slotsMissing'),
    schedulerLag: tell('schedulerLag'),
    clockStepped: tell('clockStepped'),
    clockDeviates: tell('clockDeviates'),
    inFlight: tell('inFlight'),
    configLoaded: tell('configLoaded'),
    pathsChanged: tell('pathsChanged'),
    storeWritable: tell('storeWritable'),
    portState: tell('portState'),
    outageChanged: tell('outageChanged'),
    isolated: tell('isolated'),
    unobserved: tell('unobserved'),
    watchBeat: tell('watchBeat'),
    watchEnded: tell('watchEnded'),
    calibrated: tell('calibrated'),
  };
}
