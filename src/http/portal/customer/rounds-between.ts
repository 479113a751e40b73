import type { EpochMs } from '../../../core/types.js';
import { isoInstant } from '../../../render/instant.js';
import type { ShownRound } from '../chart/slots.js';
import { everyPage } from '../every-page.js';
import type { Ask } from '../page.js';

interface Wanted {
  readonly path: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** Every round of a path with slots in [from, to), newest first. */
export const roundsBetween = (ask: Ask, { path, from, to }: Wanted): Promise<ShownRound[]> =>
  everyPage<ShownRound>(ask, 'listRounds', 'rounds', {
    ...{ path, from: isoInstant(from), to: isoInstant(to), limit: '1000' },
  });
