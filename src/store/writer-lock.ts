import { hostname } from 'node:os';
import type { EpochMs } from '../core/types.js';
import { StoreError } from './store.js';

/** Who writes a database: what others are told who would like to. */
export interface WriterName {
  /** `daemon`, or the command that writes as one does. */
  readonly program: string;
  /** Of pop-sla; null: not known. */
  readonly version: string | null;
  readonly pid: number;
  /** The machine's name, or the container's: a pid is of no use elsewhere. */
  readonly host: string;
  readonly since: EpochMs;
}

/** This process. */
export const thisWriter = (program: string, version: string | null, since: EpochMs): WriterName => ({
  program,
  version,
  pid: process.pid,
  host: hostname(),
  since,
});

/** Held until it is released, or the process ends in whichever way. */
export interface WriterLock {
  release(): Promise<void>;
}

/** `name` is what the database is called for people; null as its holder: somebody who left no name. */
export function lockedError(name: string, holder: WriterName | null): StoreError {
  const who = holder === null ? 'another process, which left no name' : describeWriter(holder);
  return new StoreError(
    `${name} is written by ${who}; allowed: one at a time. Stop that one, or give this one a store of its own`,
    'busy',
  );
}

export const describeWriter = ({ program, version, pid, host, since }: WriterName): string =>
  `the ${program} with pid ${pid} on ${host} since ${new Date(since).toISOString()}` +
  (version === null ? '' : ` (pop-sla ${version})`);
