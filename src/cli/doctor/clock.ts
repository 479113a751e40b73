import type { ClockSource } from '../../app/clock/sources.js';
import { check, type Check } from './check.js';

/** A slot is an instant of the wall clock: where it is wrong, rounds are due at the wrong time. */
export async function checkClock(given?: readonly ClockSource[]): Promise<Check> {
  const name = 'clock';
  const { askClock, clockSources } = await import('../../app/clock/sources.js');
  const sources = given ?? clockSources;
  const answer = await askClock(sources);
  if (answer !== null) {
    const { source, state } = answer;
    const off = state.offsetMs === null ? '' : `, ${state.offsetMs.toFixed(3)} ms off`;
    return state.synchronised
      ? check(name, 'ok', `synchronised, says ${source.name}${off}`)
      : check(
          name,
          'fail',
          `not synchronised, says ${source.name}${off}`,
          'run a time service on this machine or its host: apt install chrony',
        );
  }
  return check(
    name,
    'unknown',
    `nobody here could say whether it is synchronised (${sources.map((source) => source.name).join(', ')})`,
    'make sure that a time service keeps this machine, or its host, in step',
  );
}
