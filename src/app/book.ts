import type { Config } from '../config/config.js';
import type { FromHub } from '../config/hub/from-hub.js';
import { loadConfig } from '../config/load.js';
import { BookConflict, hasBook, inForce } from '../engine/customers/in-force.js';
import type { Clock, Log } from '../engine/ports.js';
import type { Problem } from '../config/problem.js';
import type { LedgerStore } from '../store/ledger-store.js';
import { ConfigRejected } from './faults.js';

/** How soon the daemon takes up what the command line entered beside it. */
const everyMs = 60_000;

/** The configuration with what was entered of the book; rejects with `ConfigRejected` where the two don't go together. */
export async function withEntered(config: Config, ledger: LedgerStore): Promise<Config> {
  try {
    return inForce(config, await ledger.events());
  } catch (error) {
    if (error instanceof BookConflict) throw new ConfigRejected(problemsOf(error));
    throw error;
  }
}

const problemsOf = ({ refusals }: BookConflict): Problem[] =>
  refusals.map(({ field, what, allowed }) => ({
    ...{ file: field, line: null, column: null, path: '', value: null, what, allowed },
  }));

export interface BookOptions {
  readonly ledger: LedgerStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Takes the ledger's news into the configuration in force. */
  readonly refresh: () => Promise<void>;
}

/** Looks every minute whether something of the book was entered, until `signal` is aborted. */
export async function followBook(
  { ledger, clock, log, refresh }: BookOptions,
  signal: AbortSignal,
): Promise<void> {
  let after: number | null = null;
  while (!signal.aborted) {
    try {
      const news = await ledger.events(after === null ? {} : { after });
      if (after !== null && hasBook(news)) await refresh();
      after = news.at(-1)?.seq ?? after ?? 0;
    } catch (error) {
      log.warn({ err: error }, 'what was entered of the book could not be read; tried again in a minute');
    }
    await clock.sleep(everyMs, signal);
  }
}

/** A file that does not go with what was entered is refused like any other that is wrong. */
export async function loadWithEntered(
  file: string,
  ledger: LedgerStore,
  hub: FromHub | null,
): ReturnType<typeof loadConfig> {
  const loaded = await loadConfig(file, process.cwd(), hub);
  if (!loaded.ok) return loaded;
  try {
    return { ok: true, config: await withEntered(loaded.config, ledger) };
  } catch (error) {
    if (error instanceof ConfigRejected) return { ok: false, problems: error.problems };
    throw error;
  }
}
