import type { EchoRequest, Progress, RoundRequest, RoundResult } from '../probe.js';
import type { EchoOutcome } from '../shared/pending-echoes.js';

/** A round as it is sent to the child. */
export interface ChildRound extends Omit<RoundRequest, 'signal' | 'onProgress'> {
  readonly progress: boolean;
}

export type ToChild =
  | { readonly type: 'round'; readonly id: number; readonly round: ChildRound }
  | { readonly type: 'abort'; readonly id: number }
  | { readonly type: 'echo'; readonly requests: readonly EchoRequest[] }
  | { readonly type: 'ping' };

export type FromChild =
  | { readonly type: 'ready' }
  /** It can't do its work here, and ends. `library`: net-ping can't be loaded. */
  | {
      readonly type: 'unavailable';
      readonly cause: 'permission' | 'library' | 'socket';
      readonly message: string;
    }
  | { readonly type: 'progress'; readonly id: number; readonly progress: Progress }
  | { readonly type: 'result'; readonly id: number; readonly result: RoundResult }
  | { readonly type: 'echoes'; readonly results: readonly EchoOutcome[] }
  | { readonly type: 'pong' };
