import type { StampSource } from '../../src/core/measurement/round.js';
import { ProbeUnavailable, type Shortcoming } from '../probe.js';
import type { Families } from './protocol.js';

const byWorth: readonly StampSource[] = ['user', 'kernel-rx', 'kernel-tx-rx'];

/** The stamps that every packet gets, of whatever family. */
export function leastStamps(families: Families): StampSource {
  const taken = Object.values(families).flatMap((state) => (state.usable ? [state.stamps] : []));
  return byWorth.find((stamps) => taken.includes(stamps)) ?? 'user';
}

/** Of families that lack the same, it is said once. */
export function shortcomingsOf(families: Families): Shortcoming[] {
  const all = Object.values(families).flatMap((state) => (state.usable ? (state.shortcoming ?? []) : []));
  return all.filter(({ what }, index) => all.findIndex((other) => other.what === what) === index);
}

/** Throws `ProbeUnavailable` where no family can be measured. */
export function mustBeUsable(families: Families): void {
  if (families[4].usable || families[6].usable) return;
  const { reason, remedy, permission } = families[4];
  throw new ProbeUnavailable(reason, remedy, permission);
}
