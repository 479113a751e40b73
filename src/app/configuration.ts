import { readFile } from 'node:fs/promises';
import type { Config } from '../config/config.js';
import { findHome } from '../config/defaults.js';
import type { FromHub } from '../config/hub.js';
import { loadConfig } from '../config/load.js';
import { planFiles } from '../config/plan/parse.js';
import type { Problem } from '../config/problem.js';
import type { Plan } from '../core/plan.js';
import type { Clock, Log } from '../engine/ports.js';
import { CustomerConflictError, hasBook, withLedgerEntries } from '../services/customers/in-force.js';
import type { LedgerStore } from '../store/ledger-store.js';
import { ConfigRejectedError, ListenError } from './round-log.js';

/** How soon the daemon takes up what the command line entered beside it. */
const everyMs = 60_000;

/**
 * The configuration with the customer entries of the ledger applied; rejects with a `ConfigRejectedError` where they
 * contradict it.
 */
export async function withEntered(config: Config, ledger: LedgerStore): Promise<Config> {
  try {
    return withLedgerEntries(config, await ledger.events());
  } catch (error) {
    if (error instanceof CustomerConflictError) throw new ConfigRejectedError(problemsOf(error));
    throw error;
  }
}

const problemsOf = ({ refusals }: CustomerConflictError): Problem[] =>
  refusals.map(({ field, what, allowed }) => ({
    file: field,
    line: null,
    column: null,
    path: '',
    value: null,
    what,
    allowed,
  }));

interface BookOptions {
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
    if (error instanceof ConfigRejectedError) return { ok: false, problems: error.problems };
    throw error;
  }
}

interface WebFiles {
  /** The PEM texts of the server's certificate and key; null: plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** Of the OpenID Connect provider; null: there is none. */
  readonly clientSecret: string | null;
}

/**
 * The files that the web server needs, read at the start even where the server itself is loaded later, so that a file
 * that cannot be read ends the start. Rejects with a `ListenError`.
 */
export async function readWebFiles({ tls, auth }: Config['http']): Promise<WebFiles> {
  const secret = auth.oidc?.clientSecretFile ?? null;
  return {
    tls: tls && {
      cert: await readText('http.tls.cert', tls.cert, 'a PEM file'),
      key: await readText('http.tls.key', tls.key, 'a PEM file'),
    },
    clientSecret: secret && (await readText('http.auth.oidc.clientSecretFile', secret, 'a file')).trim(),
  };
}

async function readText(name: string, file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const fault = `${name} ${file} can't be read (${code ?? String(error)})`;
    throw new ListenError(`${fault}; allowed: ${what} that this user may read`, { cause: error });
  }
}

/**
 * Returns the built-in contract, which judges a path that no service names; null where its file is gone. It is read when
 * first asked for, since checking its schema takes about as long as the rest of a start.
 */
export function contractPlan(): () => Plan | null {
  let read: Plan | null | undefined;
  return () => {
    if (read === undefined) {
      const result = planFiles(findHome()).byId('ctg-cloud-connection');
      read = result?.ok === true ? result.plan : null;
    }
    return read;
  };
}
