import type { EngineEvents } from '../../src/engine/ports.js';

export type Noted = {
  [K in keyof EngineEvents]: readonly [K, ...Parameters<EngineEvents[K]>];
}[keyof EngineEvents];

/** Events that are noted in the order they come. */
export function notedEvents(): { readonly events: EngineEvents; readonly noted: Noted[] } {
  const noted: Noted[] = [];
  const events = new Proxy({} as EngineEvents, {
    get:
      (_target, name) =>
      (...args: unknown[]) => {
        noted.push([name, ...args] as unknown as Noted);
      },
  });
  return { events, noted };
}

/** What was said of one kind. */
export function only<K extends keyof EngineEvents>(
  noted: readonly Noted[],
  kind: K,
): Parameters<EngineEvents[K]>[] {
  return noted
    .filter((entry) => entry[0] === kind)
    .map(([, ...args]) => args as unknown as Parameters<EngineEvents[K]>);
}
