import type { EpochMs } from '../../core/types.js';
import type { Caller } from '../access/caller.js';
import { TooMany } from '../problem.js';

const hourMs = 3_600_000;
/** Ten of the largest files. */
const usualMost = 100 * 2 ** 20;

type Who = Pick<Caller, 'reach' | 'principal'>;

export interface Uploads {
  /** Counts the bytes that a caller is about to have kept; throws `TooMany` where they are more than it may. */
  readonly count: (caller: Who, bytes: number) => void;
  /** Counts what was kept because of it, whose length nobody knew before: the evidence of a report. */
  readonly note: (caller: Who, bytes: number) => void;
}

/**
 * How much a customer may have kept in an hour: whoever fills the disk takes the room of what is measured. People of
 * the house may what they have to.
 */
export function createUploads(now: () => EpochMs, most = usualMost): Uploads {
  const hours = new Map<string, { readonly from: EpochMs; readonly bytes: number }>();
  const hourOf = (customer: string) => {
    const found = hours.get(customer);
    return found && now() - found.from < hourMs ? found : { from: now(), bytes: 0 };
  };
  const note: Uploads['note'] = ({ reach, principal: { customer } }, bytes) => {
    if (reach === 'all' || customer === null) return;
    const { from, bytes: before } = hourOf(customer);
    hours.set(customer, { from, bytes: before + bytes });
  };
  return {
    note,
    count: (caller, bytes) => {
      const { reach, principal } = caller;
      if (reach === 'all' || principal.customer === null) return;
      const hour = hourOf(principal.customer);
      if (hour.bytes + bytes > most) {
        const what = `more than ${most} bytes of files and evidence in an hour; allowed: more after a while`;
        throw new TooMany(what, hour.from + hourMs - now());
      }
      note(caller, bytes);
    },
  };
}
