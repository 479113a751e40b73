import {
  ProbeUnavailable,
  type PacketOptions,
  type ProbeLog,
  type Shortcoming,
} from '../../../probes/probe.js';
import type { Config } from '../../config/config.js';
import { check, messageOf, type Check } from './check.js';

const quiet: ProbeLog = { debug: () => undefined, info: () => undefined, warn: () => undefined };

/** Can the configured kind send packets here? And which others could. Opens each as the daemon would. */
export async function checkProbes(config: Pick<Config, 'driver' | 'role' | 'paths'>): Promise<Check[]> {
  if (config.role === 'hub')
    return [check('sending packets', 'ok', 'a hub sends none: its agents do, and it needs no right to')];
  const { kind: configured } = config.driver;
  const { kindNames } = await import('../../../probes/kinds.js');
  const others = kindNames.filter((kind) => !['auto', 'simulated', configured].includes(kind));
  const [own, ...rest] = await Promise.all([configured, ...others].map(tryKind));
  const name = 'sending packets';
  const checks: Check[] = own?.error
    ? [check(name, 'fail', `driver ${configured}: ${messageOf(own.error)}`, remedyOf(own.error))]
    : [
        check(
          name,
          'ok',
          `driver ${configured} works${own && own.became !== configured ? `: it is ${own.became}` : ''}`,
        ),
        ...(own?.shortcomings ?? []).map(({ what, remedy }) => check('stamps', 'note', what, remedy)),
      ];
  if (own && own.error === null) checks.push(...(await tryOptions(configured, config)));
  if (rest.length > 0) {
    const words = rest.map(
      ({ kind, error }) => `${kind} ${error ? `does not (${messageOf(error)})` : 'works'}`,
    );
    // What is missing for a better kind than `auto` could take is worth a remedy; other kinds were not asked for.
    const kernel = rest.find(({ kind, error }) => kind === 'kernel' && error !== null)?.error;
    const remedy = configured === 'auto' && kernel ? remedyOf(kernel) : null;
    checks.push(check('other drivers', 'note', words.join('; '), remedy));
  }
  return checks;
}

interface Tried {
  readonly kind: string;
  /** What opened: of `auto` another kind. */
  readonly became: string;
  /** Of one that works: what keeps it from its best. */
  readonly shortcomings: readonly Shortcoming[];
  /** Null when it works. */
  readonly error: Error | null;
}

async function tryKind(kind: string): Promise<Tried> {
  const [{ openDriver }, { systemClock }] = await Promise.all([
    import('../../../probes/kinds.js'),
    import('../../engine/system-clock.js'),
  ]);
  try {
    const driver = await openDriver(kind, { log: quiet, simulated: null, clock: systemClock });
    await driver.close();
    return { kind, became: driver.kind, shortcomings: driver.shortcomings ?? [], error: null };
  } catch (error) {
    return {
      kind,
      became: kind,
      shortcomings: [],
      error: error instanceof Error ? error : new Error(String(error)),
    };
  }
}

/** Sends a packet to this machine as each of the paths' options asks for: not every version of a program knows all. */
async function tryOptions(kind: string, { paths }: Pick<Config, 'paths'>): Promise<Check[]> {
  const wanted = new Map<string, PacketOptions>();
  for (const { probe } of paths) {
    if (probe === undefined) continue;
    // Where they are sent from and through is looked at by itself: it has no way to the loopback.
    const options: PacketOptions = Object.fromEntries(
      Object.entries(probe).filter(([key]) => key !== 'source' && key !== 'interface'),
    );
    if (Object.keys(options).length > 0) wanted.set(JSON.stringify(options), options);
  }
  if (wanted.size === 0) return [];
  const [{ openDriver }, { systemClock }] = await Promise.all([
    import('../../../probes/kinds.js'),
    import('../../engine/system-clock.js'),
  ]);
  const driver = await openDriver(kind, { log: quiet, simulated: null, clock: systemClock });
  const failed: string[] = [];
  try {
    for (const [text, options] of wanted) {
      const result = await driver.measure({
        ...{ address: '127.0.0.1', sizes: [{ bytes: 64, icmpBytes: 64 }], count: 1, intervalMs: 20 },
        ...{ lostAfterMs: 500, lateWaitMs: 0, signal: AbortSignal.timeout(3_000), options },
      });
      const [packet] = result.sizes[0]?.packets ?? [];
      if (result.ended === 'failed') failed.push(`${text}: ${result.reason ?? 'no reason'}`);
      else if (packet?.kind === 'not-sent') failed.push(`${text}: not sent (${packet.reason})`);
    }
  } finally {
    await driver.close();
  }
  const remedy = 'choose another driver, a newer version of its program, or take the options out of `probe`';
  return failed.length === 0
    ? [check('packet options', 'ok', `${wanted.size} kinds of packets can be made`)]
    : [check('packet options', 'fail', `driver ${kind} can't do ${failed.join('; ')}`, remedy)];
}

function remedyOf(error: Error): string | null {
  return error instanceof ProbeUnavailable ? error.remedy : null;
}
