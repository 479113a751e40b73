import { needed, type Quorum } from './observers.js';
import type { PortState } from './records.js';

/**
 * What a port is now, by the latest that each of its observers said: those who can say up or down vote. Where none of
 * them can it is unobserved, and unwatched where none watches it any more.
 */
export function portNow(quorum: Quorum, states: readonly PortState[]): PortState {
  const voters = states.filter((state) => state === 'up' || state === 'down');
  if (voters.length === 0) return states.includes('unobserved') ? 'unobserved' : 'unwatched';
  const down = voters.filter((state) => state === 'down').length;
  return down >= needed(quorum, voters.length) ? 'down' : 'up';
}
