import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import {
  configFile,
  configOption,
  type ConfigOptions,
  type Context,
  exitCodes,
  ExitError,
  rawOutput,
} from '../context.js';

/** The daemon is to be down this soon after it was asked to, where the machine leaves it time. */
const stopWithinMs = 5_000;

export function runCommand(context: Context): Command {
  return new Command('run')
    .summary('run the daemon: measure, store, serve HTTP')
    .description(
      'Measures every path on its schedule, stores the rounds and serves HTTP, until it is told to stop.\n\n' +
        'SIGTERM or SIGINT (Ctrl-C) stops it within 5 s: rounds in flight are stored as aborted. A second SIGINT ' +
        'ends it at once. SIGHUP reads the configuration again; a bad one changes nothing.',
    )
    .addOption(configOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ pop-sla run\n  $ pop-sla run --config /etc/pop-sla.yaml\n  $ kill -HUP PID      take the changed configuration; the log names the PID',
    )
    .action((options: ConfigOptions) => run(options, context));
}

async function run(options: ConfigOptions, context: Context): Promise<void> {
  const signals = listen(context);
  try {
    const { startDaemon } = await context.app();
    const daemon = await orAtOnce(
      signals.again,
      startDaemon({
        configFile: configFile(options, context),
        version: context.version,
        output: rawOutput(context.stdout),
      }),
    );
    if (daemon === 'at once') return;
    signals.onReload(() => daemon.reload());
    await signals.stop;
    const stopped = await orAtOnce(signals.again, inTime(daemon.stop()));
    if (stopped === 'late') {
      throw new ExitError(
        exitCodes.fault,
        `pop-sla: it did not stop in order within ${stopWithinMs / 1000} s`,
      );
    }
  } finally {
    signals.forget();
  }
}

interface Signals {
  /** Resolves at the first SIGTERM or SIGINT. */
  readonly stop: Promise<undefined>;
  /** Resolves at the first SIGINT after that. */
  readonly again: Promise<'at once'>;
  /** What SIGHUP does from now on; one that came before is made up for. */
  onReload(reload: () => Promise<void>): void;
  forget(): void;
}

/** Listens from the very start: a signal must not kill a daemon that is half open. */
function listen({ onSignal, stderr }: Context): Signals {
  const stop = deferred<undefined>();
  const again = deferred<'at once'>();
  let asked = false;
  let reload: (() => Promise<void>) | null = null;
  let missedReload = false;
  /** One reload after the other. */
  let reloading = Promise.resolve();
  const reloadNow = (): void => {
    const now = reload;
    if (now === null) {
      missedReload = true;
      return;
    }
    reloading = reloading.then(now).catch((error: unknown) => {
      stderr.write(`pop-sla: the configuration was not read again: ${String(error)}\n`);
    });
  };
  const stopNow = (): void => {
    asked = true;
    stop.resolve(undefined);
  };
  const forget = [
    onSignal('SIGTERM', stopNow),
    onSignal('SIGINT', () => {
      if (asked) again.resolve('at once');
      stopNow();
    }),
    onSignal('SIGHUP', reloadNow),
  ];
  return {
    stop: stop.promise,
    again: again.promise,
    onReload: (to) => {
      reload = to;
      if (missedReload) reloadNow();
    },
    forget: () => {
      for (const off of forget) off();
    },
  };
}

function orAtOnce<T>(again: Promise<'at once'>, work: Promise<T>): Promise<T | 'at once'> {
  return Promise.race([work, again]);
}

async function inTime(work: Promise<void>): Promise<'done' | 'late'> {
  const { createServedTime } = await import('../../engine/served-time.js');
  const served = createServedTime({ monotonicMs: () => performance.now(), sleep: (ms) => sleep(ms) });
  const done = new AbortController();
  const limit = served.sleep(stopWithinMs, done.signal).then(() => 'late' as const);
  try {
    return await Promise.race([work.then(() => 'done' as const), limit]);
  } finally {
    done.abort();
  }
}
/** A promise and the key to it; `Promise.withResolvers` where Node has it. */
interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

export function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
