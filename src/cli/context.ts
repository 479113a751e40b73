import type { EpochMs } from '../core/types.js';
import type * as App from '../app.js';

/** A stream that a command writes to: `process.stdout`, or a test's. */
export interface Output {
  write(text: string | Uint8Array): unknown;
  readonly isTTY?: boolean;
  /** Of a terminal. */
  readonly columns?: number | undefined;
  /** The stream behind it, where control characters are taken out on the way. */
  readonly raw?: Output;
}

export type SignalName = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** What of the wired program commands use. */
export type AppPort = Pick<
  typeof App,
  | 'startDaemon'
  | 'probeOnce'
  | 'compareKinds'
  | 'readStore'
  | 'storeName'
  | 'storeWriter'
  | 'copyStore'
  | 'openLedger'
  | 'openRegistry'
  | 'openReports'
  | 'simulateHistory'
  | 'makeEvidence'
  | 'openBilling'
  | 'openKeys'
  | 'askMesh'
  | 'withDeadLetters'
  | 'makeBackup'
  | 'restoreBackup'
  | 'lastBackup'
  | 'statusOf'
>;

/** All that a command may know of the process it runs in. */
export interface Context {
  readonly stdin: AsyncIterable<string | Uint8Array>;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative file names on the command line start here. */
  readonly cwd: string;
  /** The folder with this program's `package.json`. */
  readonly home: string;
  readonly version: string;
  readonly now: () => EpochMs;
  /** Loads the wired program, which `--help` need not wait for. */
  readonly app: () => Promise<AppPort>;
  /** Calls `listener` at each such signal until the function it returns is called. */
  readonly onSignal: (signal: SignalName, listener: () => void) => () => void;
}
