import type { StampSource } from '../../src/core/measurement/round.js';
import type { EchoRequest, Progress, RoundRequest, RoundResult, Shortcoming } from '../probe.js';
import type { Family } from '../shared/echo.js';
import type { EchoOutcome } from '../shared/pending-echoes.js';
import type { PackedSizes } from './packed.js';
import type { Precedence } from './precedence.js';
import type { SocketMode } from './socket.js';

/** A round as it goes to the worker: what can be copied between threads. */
export type WorkerRequest = Omit<RoundRequest, 'signal' | 'onProgress'> & { readonly watched: boolean };

export type ToWorker =
  | { readonly type: 'measure'; readonly id: number; readonly request: WorkerRequest }
  | { readonly type: 'abort'; readonly id: number; readonly reason: string }
  | { readonly type: 'echo'; readonly requests: readonly EchoRequest[] }
  | { readonly type: 'stop' };

/** How an address family can be measured here, as its self-test found. */
export type FamilyState =
  | {
      readonly usable: true;
      readonly mode: SocketMode;
      readonly stamps: StampSource;
      /** What keeps it from better stamps. */
      readonly shortcoming: Shortcoming | null;
    }
  | {
      readonly usable: false;
      readonly reason: string;
      /** One line that a person can follow or paste. */
      readonly remedy: string;
      readonly permission: boolean;
    };

export type Families = Readonly<Record<Family, FamilyState>>;

export type FromWorker =
  /** It can't run here; the thread ends. */
  | { readonly type: 'refused'; readonly reason: string; readonly remedy: string }
  | {
      readonly type: 'ready';
      readonly wakeFd: number;
      readonly families: Families;
      readonly precedence: Precedence;
    }
  | { readonly type: 'progress'; readonly id: number; readonly progress: Progress }
  | { readonly type: 'echoes'; readonly results: readonly EchoOutcome[] }
  | { readonly type: 'result'; readonly id: number; readonly result: PackedResult };

export type PackedResult = Omit<RoundResult, 'sizes'> & { readonly sizes: PackedSizes | null };

/**
 * What both threads see at any time, in 32-bit words: the worker's heartbeat, whether it has mail, then a table of the descriptors it has
 * open. A worker that was killed can't close them; the main thread does, once it is gone.
 */
export const sharedWords = { beat: 0, mail: 1, descriptors: 2, count: 256 } as const;

export interface WorkerData {
  readonly shared: SharedArrayBuffer;
}

/** Notes a descriptor in the table (stored plus one: 0 is an empty place). */
export function noteDescriptor(words: Int32Array, fd: number): void {
  const free = words.indexOf(0, sharedWords.descriptors);
  if (free >= 0) Atomics.store(words, free, fd + 1);
}

export function forgetDescriptor(words: Int32Array, fd: number): void {
  const place = words.indexOf(fd + 1, sharedWords.descriptors);
  if (place >= 0) Atomics.store(words, place, 0);
}

export function notedDescriptors(words: Int32Array): number[] {
  return [...words.subarray(sharedWords.descriptors)].filter((word) => word > 0).map((word) => word - 1);
}
