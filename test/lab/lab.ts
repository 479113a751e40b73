import { startEmulator } from './emulator.js';
import type { Emulator } from './emulator.js';
import { joinNamespaces } from './link.js';
import type { Link, LinkEnd } from './link.js';
import { createNamespace } from './namespace.js';
import type { Namespace } from './namespace.js';
import type { Scenario } from './scenario.js';

/** Namespaces, cables and emulators that belong to one test, and go when it ends, however it ends. */
export interface Lab {
  namespace(label?: string): Namespace;
  join(near: LinkEnd, far: LinkEnd, device?: string): Link;
  /** In a namespace of its own unless told; ends by itself after `maxSeconds`. */
  emulator(
    scenario: Scenario,
    namespace?: Namespace,
    maxSeconds?: number,
  ): Promise<{ emulator: Emulator; namespace: Namespace }>;
  /** To be done at the end, last one first; may throw, the others are done all the same. */
  defer(cleanup: () => void | Promise<void>): void;
  close(): Promise<void>;
}

export function createLab(): Lab {
  const namespaces = new Set<Namespace>();
  const emulators = new Set<Emulator>();
  const cleanups: (() => void | Promise<void>)[] = [];

  // What a test leaves behind when its process ends before `close`.
  const lastResort = (): void => {
    for (const emulator of emulators) emulator.kill();
    for (const namespace of namespaces) namespace.remove();
  };
  process.once('exit', lastResort);

  const lab: Lab = {
    namespace(label) {
      const namespace = createNamespace(label);
      namespaces.add(namespace);
      cleanups.push(() => {
        namespaces.delete(namespace);
        namespace.remove();
      });
      return namespace;
    },
    join: joinNamespaces,
    async emulator(scenario, namespace = lab.namespace('emu'), maxSeconds) {
      const emulator = await startEmulator(namespace, scenario, maxSeconds);
      emulators.add(emulator);
      cleanups.push(async () => {
        if (!emulators.delete(emulator)) return;
        await emulator.stop();
      });
      return { emulator, namespace };
    },
    defer(cleanup) {
      cleanups.push(cleanup);
    },
    async close() {
      const failures: unknown[] = [];
      for (let cleanup = cleanups.pop(); cleanup; cleanup = cleanups.pop()) {
        try {
          await cleanup();
        } catch (error) {
          failures.push(error);
        }
      }
      process.removeListener('exit', lastResort);
      if (failures.length > 0) throw new AggregateError(failures, 'the lab could not be cleared');
    },
  };
  return lab;
}

/** Runs `work` in a lab that is cleared afterwards. A failure to clear it is told beside the failure of the work. */
export async function withLab<T>(work: (lab: Lab) => Promise<T>): Promise<T> {
  const lab = createLab();
  let result: T;
  try {
    result = await work(lab);
  } catch (failure) {
    await lab.close().catch((leftOver: unknown) => {
      throw new AggregateError([failure, leftOver], 'the work failed, and the lab could not be cleared');
    });
    throw failure;
  }
  await lab.close();
  return result;
}
