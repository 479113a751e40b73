import type { SideBySideRow } from '../../../probes/side-by-side.js';
import { type ConfigOptions, type Context, exitCodes, ExitError, readConfig } from '../context.js';
import { namedPaths } from '../commands/config.js';

export interface CalibrateOptions extends ConfigOptions {
  readonly json?: true;
  /** A path, or the PoP at its end; null: this machine's own loopback. */
  readonly path: string | null;
}

/** Prints the same round by every kind. Exit status 1 when none could measure it. */
export async function calibrate(options: CalibrateOptions, context: Context): Promise<void> {
  const config = await readConfig(options, context);
  const path = options.path === null ? null : (namedPaths([options.path], config)[0] ?? null);
  const { compareKinds } = await context.app();
  const abort = new AbortController();
  const forget = (['SIGINT', 'SIGTERM'] as const).map((name) =>
    context.onSignal(name, () => {
      abort.abort();
    }),
  );
  const quiet = (): void => undefined;
  try {
    const { address, rows } = await compareKinds({
      config,
      path,
      signal: abort.signal,
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    });
    const target = path === null ? `this machine's own loopback (${address})` : `${path.id} (${address})`;
    context.stdout.write(
      options.json === true
        ? `${JSON.stringify({ path: path?.id ?? null, address, kinds: rows }, null, 2)}\n`
        : await calibrationText(target, rows),
    );
    if (rows.every((row) => !row.usable)) throw new ExitError(exitCodes.fault, '');
  } finally {
    for (const off of forget) off();
  }
}

/** What each kind saw, a line each; what could not run says why below. */
export async function calibrationText(target: string, rows: readonly SideBySideRow[]): Promise<string> {
  const [{ tableLines }, { formatMs }] = await Promise.all([
    import('../../render/table.js'),
    import('../../render/figures.js'),
  ]);
  const columns = [
    { head: 'KIND' },
    { head: 'STAMPS' },
    ...['SENT', 'RECV', 'MIN ms', 'P50 ms', 'P99 ms', 'SEND LAG ms'].map((head) => ({
      head,
      align: 'right' as const,
    })),
  ];
  const cells = rows.map((row) => {
    if (!row.usable) return [row.kind, '-', '-', '-', '-', '-', '-', '-'];
    const { kind, stamps, sent, received, rttUs, sendLagUs } = row;
    const rtt = [rttUs?.min, rttUs?.p50, rttUs?.p99].map((us) => formatMs(us ?? null));
    return [kind, stamps, `${sent}`, `${received}`, ...rtt, formatMs(sendLagUs)];
  });
  const notes = rows.flatMap((row) =>
    row.usable ? [] : [`${row.kind}: ${row.reason}${row.remedy === null ? '' : `\n  -> ${row.remedy}`}`],
  );
  return `${[`The same round to ${target}, by one kind after the other:`, ...tableLines(columns, cells), ...notes].join('\n')}\n`;
}
