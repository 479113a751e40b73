import { existsSync } from 'node:fs';
import { link, unlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { PopId } from '../../core/types.js';
import { StoreError } from '../store.js';
import { openSqliteStore, type SqliteStore, type SqliteStoreOptions } from './open.js';

export interface RecoveringOptions extends SqliteStoreOptions {
  /** Called with a sentence when the file was reopened, and when it could not be. */
  readonly tell?: (message: string) => void;
}

const retryMs = 1_000;
/** Writes that may be repeated without harm, and that no other component repeats. */
const repeatable = new Set([
  'rounds.put',
  'rounds.putAll',
  'rounds.replace',
  'rounds.putMissing',
  'paths.seen',
  'watch.put',
]);
const maxRemembered = 2_000;

/**
 * A store that survives the loss of its file. When the file or its journal was deleted or replaced, data is copied from
 * the file that is still open, and the file with the name is opened. A deleted file comes back with all of its data;
 * what was measured since the last checkpoint is written again. Meanwhile calls reject with a `StoreError` of kind
 * `replaced`, and may be retried.
 */
export async function openRecoveringStore(options: RecoveringOptions): Promise<SqliteStore> {
  const { tell = () => undefined } = options;
  let current = await openSqliteStore(options);
  let forwardedFor: PopId | null = null;
  let closing = false;
  let recovering: Promise<void> | null = null;
  /** Confirmed writes that may be in the journal only. */
  const recent: ((store: SqliteStore) => Promise<unknown>)[] = [];

  const recover = async (why: StoreError): Promise<void> => {
    tell(why.message);
    const path = resolve(options.path);
    const rescued = `${path}.rescued-${Date.now()}`;
    const saved = await current.upkeep.rescue(rescued).then(
      () => true,
      (error: unknown) => {
        tell(`what was in it could not be copied: ${String(error)}`);
        return false;
      },
    );
    // Closed before the file that now has the name is opened, because a journal of that name belongs to the old one.
    await current.close();
    if (saved && !existsSync(path)) {
      await link(rescued, path);
      await unlink(rescued);
      tell(`the database ${path} was deleted: it was written anew from what the daemon had open`);
    } else if (saved) {
      tell(`what the daemon had open is in ${rescued}; it goes on with the file that is now ${path}`);
    }
    for (;;) {
      try {
        current = await openSqliteStore(options);
        break;
      } catch (error) {
        tell(`the database can not be opened anew, which is tried again: ${String(error)}`);
        await new Promise((resolve) => setTimeout(resolve, retryMs));
        if (closing) throw error;
      }
    }
    if (forwardedFor !== null) await current.forward.start(forwardedFor);
    for (const write of recent) await write(current);
  };

  const call = async <T>(work: (store: SqliteStore) => Promise<T>): Promise<T> => {
    if (recovering !== null) throw new StoreError('the database is being opened anew', 'replaced');
    try {
      return await work(current);
    } catch (error) {
      if (error instanceof StoreError && error.kind === 'replaced' && !closing && !isRecovering())
        recovering = recover(error)
          .catch((failure: unknown) => {
            tell(`the database could not be opened anew: ${String(failure)}`);
          })
          .finally(() => {
            recovering = null;
          });
      throw error;
    }
  };
  const isRecovering = (): boolean => recovering !== null;

  const remember = (write: (store: SqliteStore) => Promise<unknown>): void => {
    recent.push(write);
    if (recent.length > maxRemembered) recent.shift();
  };

  /** An object shaped like `part`, the store's member at `path`, that calls the store that is open at the time. */
  const through = <Part extends object>(part: Part, path: readonly string[]): Part =>
    Object.fromEntries(
      Object.entries(part).map(([name, member]: [string, unknown]) => {
        const at = [...path, name];
        if (typeof member !== 'function') return [name, through(member as object, at)];
        const method = async (...given: unknown[]): Promise<unknown> => {
          const work = (store: SqliteStore): Promise<unknown> => methodAt(store, at)(...given);
          const done = await call(work);
          if (repeatable.has(at.join('.'))) remember(work);
          return done;
        };
        return [name, method];
      }),
    ) as Part;
  const whole = through(current, []);
  return {
    ...whole,
    upkeep: {
      ...whole.upkeep,
      verify: async () => {
        const upTo = recent.length;
        const all = await whole.upkeep.verify();
        if (all) recent.splice(0, upTo);
        return all;
      },
    },
    forward: {
      ...whole.forward,
      start: (pop) => {
        forwardedFor = pop;
        return whole.forward.start(pop);
      },
      stop: () => {
        forwardedFor = null;
        return whole.forward.stop();
      },
    },
    close: async () => {
      closing = true;
      await recovering;
      await current.close();
    },
  };
}

function methodAt(store: SqliteStore, path: readonly string[]): (...given: unknown[]) => Promise<unknown> {
  const found = path.reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], store);
  return found as (...given: unknown[]) => Promise<unknown>;
}
