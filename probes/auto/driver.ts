import { ProbeUnavailableError, type DriverOptions, type ProbeDriver } from '../probe.js';

/** A kind that may be taken, with what opens it. */
export interface Candidate {
  readonly name: string;
  readonly open: () => Promise<ProbeDriver>;
}

export interface AutoOptions extends DriverOptions {
  /** The best first. */
  readonly candidates: readonly Candidate[];
}

/**
 * Opens the first kind that works here, and says which, and what would make a better one work. The driver is that
 * kind's own: it bears its name. Rejects with `ProbeUnavailable` when none works.
 */
export async function openAuto({ log, candidates }: AutoOptions): Promise<ProbeDriver> {
  const refusals: { readonly name: string; readonly error: ProbeUnavailableError }[] = [];
  for (const { name, open } of candidates) {
    try {
      const driver = await open();
      if (refusals.length === 0) log.info({ driver: driver.kind }, `probing by ${driver.kind}`);
      for (const { name: better, error } of refusals)
        log.warn(
          { driver: driver.kind, remedy: error.remedy },
          `probing by ${driver.kind}, for ${better} can't run: ${error.message}`,
        );
      return driver;
    } catch (error) {
      refusals.push({ name, error: asUnavailable(error) });
    }
  }
  throw new ProbeUnavailableError(
    refusals.map(({ name, error }) => `${name}: ${error.message}`).join('; '),
    refusals[0]?.error.remedy ?? 'name a probe kind',
    refusals.some(({ error }) => error.permission),
  );
}

/** A kind whose library can't even be loaded can't run either. */
function asUnavailable(error: unknown): ProbeUnavailableError {
  if (error instanceof ProbeUnavailableError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ProbeUnavailableError(message, 'npm ci', false);
}
