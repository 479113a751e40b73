import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { openDriver } from '../../probes/kinds.js';
import { loadConfig } from '../config/load.js';
import {
  configText,
  customersText,
  type ScenarioOptions,
  scenarioZone,
  writeScenario,
} from '../simulate/scenario/scenario.js';
import { monthAfter, zonedMonth } from '../core/time/calendar.js';
import type { EpochMs } from '../core/types.js';
import type { Log } from '../engine/ports.js';
import { simulate, type SimulateProgress } from '../simulate/simulate.js';
import { openSqliteStore } from '../store/sqlite/open.js';
import { ConfigRejectedError } from './round-log.js';

export interface SimulateHistoryOptions extends ScenarioOptions {
  /** Absolute; none of the three may exist yet. */
  readonly database: string;
  readonly configFile: string;
  readonly customersFile: string;
  /** Of which rounds every packet is kept. */
  readonly packets: 'none' | 'last-month' | 'all';
  /** The command line, for the heads of the files. */
  readonly command: string;
  readonly version: string;
  readonly onProgress: (progress: SimulateProgress) => void;
  readonly signal: AbortSignal;
}

export interface SimulatedHistory {
  readonly rounds: number;
  readonly bytes: number;
}

/**
 * Makes a database with the history of a backbone that never was, and the configuration and customers that go with
 * it. Everything is made under temporary names: the three files are there whole, or none is. Rejects with `StoreError`
 * or the signal's reason.
 */
export async function simulateHistory(options: SimulateHistoryOptions): Promise<SimulatedHistory> {
  const { database, configFile, customersFile, command, packets, until } = options;
  const scenario = writeScenario(options);
  const made: { readonly from: string; readonly to: string }[] = [];
  const temporary = (file: string): string => {
    const from = join(dirname(file), `.${basename(file)}.${process.pid}.simulating`);
    made.push({ from, to: file });
    return from;
  };
  try {
    for (const file of [database, configFile, customersFile]) await mkdir(dirname(file), { recursive: true });
    const newDatabase = temporary(database);
    const newCustomers = temporary(customersFile);
    const newConfig = temporary(configFile);
    const texts = { ...scenario, command, database };
    await writeFile(newCustomers, customersText(scenario.customers, command));
    await writeFile(newConfig, configText({ ...texts, customersFile: basename(newCustomers) }));
    // Read back the way the daemon will: what is written is what is played.
    const loaded = await loadConfig(newConfig, dirname(newConfig));
    if (!loaded.ok) throw new ConfigRejectedError(loaded.problems);
    const store = await openSqliteStore({
      path: newDatabase,
      bulk: true,
      packetsFrom: packetsFrom(packets, until),
    });
    let rounds;
    try {
      ({ rounds } = await simulate({
        scenario,
        config: loaded.config,
        store,
        version: options.version,
        log: silence,
        openDriver: (towards, seed, clock) =>
          openDriver('simulated', { log: silence, simulated: { seed, rules: [], towards }, clock }),
        onProgress: options.onProgress,
        signal: options.signal,
      }));
    } finally {
      await store.close();
    }
    await writeFile(
      newConfig,
      configText({ ...texts, customersFile: relative(dirname(configFile), customersFile) }),
    );
    const { size: bytes } = await stat(newDatabase);
    for (const { from } of made) await flush(from);
    for (const { from, to } of made) {
      if (existsSync(to)) throw new Error(`${to} came to be meanwhile`);
      await rename(from, to);
    }
    return { rounds, bytes };
  } catch (error) {
    for (const { from } of made)
      for (const end of ['', '-wal', '-shm']) await rm(`${from}${end}`, { force: true });
    throw error;
  }
}

/** From the first slot of the month that ends with the history, or in which it ends. */
function packetsFrom(packets: SimulateHistoryOptions['packets'], until: string): EpochMs {
  if (packets !== 'last-month') return packets === 'all' ? -Infinity : Infinity;
  const name = until.slice(0, 7);
  return zonedMonth(until.endsWith('-01') ? monthAfter(name, -1) : name, scenarioZone).from;
}

async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const nothing = (): void => undefined;
/** Outages and isolations of a history are no news. */
const silence: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
