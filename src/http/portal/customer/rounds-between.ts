import type { EpochMs } from '../../../core/types.js';
import { isoInstant } from '../../../render/instant.js';
import type { ShownRound } from '../chart/slots.js';
import type { Ask } from '../page.js';

interface Wanted {
  readonly path: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** Every round of a path with slots in [from, to), newest first. */
export async function roundsBetween(ask: Ask, { path, from, to }: Wanted): Promise<ShownRound[]> {
  type Answer = { readonly rounds: readonly ShownRound[]; readonly nextCursor: string | null };
  const query = { path, from: isoInstant(from), to: isoInstant(to), limit: '1000' };
  const rounds: ShownRound[] = [];
  let cursor: string | null = null;
  do {
    const given: Record<string, string> = { ...query, ...(cursor !== null && { cursor }) };
    const answer: Answer | null = await ask<Answer>('listRounds', { query: given });
    rounds.push(...(answer?.rounds ?? []));
    cursor = answer?.nextCursor ?? null;
  } while (cursor !== null);
  return rounds;
}
