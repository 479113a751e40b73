import { isPathId } from '../core/path/path.js';
import type { EpochMs, PathId } from '../core/types.js';
import { text, type Reading } from './route/input.js';

/** The place of a round in a list of rounds. */
export interface Place {
  readonly slot: EpochMs;
  readonly path: PathId;
}

/** Opaque to the asker, and safe in a URL. */
export function formatCursor({ slot, path }: Place): string {
  return Buffer.from(`${slot} ${path}`).toString('base64url');
}

export const cursor = () => text(parseCursor, { description: 'the nextCursor of an answer', maxLength: 200 });

function parseCursor(given: string): Reading<Place> {
  const [slot = '', path = ''] = Buffer.from(given, 'base64url').toString().split(' ');
  return /^\d{1,15}$/.test(slot) && isPathId(path)
    ? { value: { slot: Number(slot), path } }
    : { detail: 'is not a cursor; allowed: the nextCursor of an answer' };
}
