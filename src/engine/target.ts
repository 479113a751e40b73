import type { Pop } from '../config/config.js';
import type { Resolve } from './ports.js';

/** The address of a PoP: a literal one if it has one, IPv4 before IPv6, else what its name resolves to now. */
export async function addressOf(pop: Pop, resolve: Resolve, signal: AbortSignal): Promise<string> {
  const literal = pop.ipv4 ?? pop.ipv6;
  if (literal !== null) return literal;
  if (pop.host === null) throw new Error(`PoP ${pop.id} has no address`);
  try {
    return await resolve(pop.host, signal);
  } catch (error) {
    throw new Error(
      `${pop.host} does not resolve: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
}
