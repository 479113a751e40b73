import type { EpochMs } from '../../core/types.js';
import { evaluateCase, type Evaluated } from '../../engine/evaluate.js';
import { EvidenceRefused, packEvidence } from '../../engine/evidence/make.js';
import { Refused } from '../../engine/ledger/enter.js';
import { verifyPack, type Verified } from '../../engine/evidence/verify.js';
import type { PackWorked, Worked } from '../../http/contract/jobs.js';
import { KeyFault } from '../../seal/key-fault.js';
import { PackFault } from '../../seal/pack/pack.js';
import { StoreFault } from '../../store/store.js';
import { readStore } from '../read-store.js';
import { unpackConfig, type TravellingConfig } from './travel.js';

/** Everything that a thread of its own can be told to do; it goes to it as it is, so it holds data only. */
export type Task =
  | { readonly kind: 'evaluate'; readonly bytes: Uint8Array; readonly details: boolean }
  | {
      readonly kind: 'evidence';
      readonly config: TravellingConfig;
      readonly service: string;
      readonly month: string;
      readonly now: EpochMs;
      readonly software: string;
    }
  | { readonly kind: 'verify'; readonly pack: Uint8Array; readonly software: string };

export interface Answers {
  evaluate: Evaluated;
  evidence: Worked<PackWorked> | { readonly unavailable: string };
  verify: Worked<Verified>;
}

export async function work(task: Task): Promise<Answers[Task['kind']]> {
  switch (task.kind) {
    case 'evaluate':
      return evaluateCase(task.bytes, task.details);
    case 'evidence':
      return evidence(task);
    case 'verify':
      return verify(task);
  }
}

async function evidence(task: Extract<Task, { kind: 'evidence' }>): Promise<Answers['evidence']> {
  const config = unpackConfig(task.config);
  try {
    const store = await readStore(config);
    try {
      return { done: await packEvidence({ store, ...task, config }) };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (error instanceof EvidenceRefused || error instanceof Refused) return { refused: error.message };
    if (error instanceof StoreFault || error instanceof KeyFault) return { unavailable: error.message };
    throw error;
  }
}

async function verify({ pack, software }: Extract<Task, { kind: 'verify' }>): Promise<Answers['verify']> {
  try {
    return { done: await verifyPack({ pack, key: null, software }) };
  } catch (error) {
    if (error instanceof PackFault) return { refused: error.message };
    throw error;
  }
}
