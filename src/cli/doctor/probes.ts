import { ProbeUnavailable, type ProbeLog, type Shortcoming } from '../../../probes/probe.js';
import { check, messageOf, type Check } from './check.js';

const quiet: ProbeLog = { debug: () => undefined, info: () => undefined, warn: () => undefined };

/** Can the configured kind send packets here? And which others could. Opens each as the daemon would. */
export async function checkProbes(configured: string): Promise<Check[]> {
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

function remedyOf(error: Error): string | null {
  return error instanceof ProbeUnavailable ? error.remedy : null;
}
