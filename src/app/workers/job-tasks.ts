import type { Config } from '../../config/config.js';
import type { BookBase } from '../../config/customers/parse.js';
import type { EpochMs } from '../../core/types.js';
import type { PackWorked, Worked } from '../../http/contract/evaluate.js';
import { KeyError } from '../../seal/keys.js';
import { PackError } from '../../seal/pack.js';
import { evaluateCase, type Evaluated } from '../../services/evaluate.js';
import { EvidenceUnavailableError, packEvidence } from '../../services/evidence/make.js';
import { type Verified, verifyPack } from '../../services/evidence/verify.js';
import { ValidationError } from '../../services/ledger/entries.js';
import { StoreError } from '../../store/store.js';
import { readStore } from '../store.js';

/** A configuration that goes to another thread: data, and no function. */
interface TransferableConfig extends Omit<Config, 'bookBase'> {
  readonly bookBase: (Omit<BookBase, 'plans'> & { readonly plans: ReturnType<BookBase['plans']> }) | null;
}

export const toTransferable = ({ bookBase, ...config }: Config): TransferableConfig => ({
  ...config,
  bookBase: bookBase && { ...bookBase, plans: bookBase.plans() },
});

function fromTransferable({ bookBase, ...config }: TransferableConfig): Config {
  if (bookBase === null) return { ...config, bookBase };
  const { plans } = bookBase;
  return { ...config, bookBase: { ...bookBase, plans: () => plans } };
}

/** Everything that a thread of its own can be told to do; it goes to it as it is, so it holds data only. */
export type Task =
  | { readonly kind: 'evaluate'; readonly bytes: Uint8Array; readonly details: boolean }
  | {
      readonly kind: 'evidence';
      readonly config: TransferableConfig;
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
  const config = fromTransferable(task.config);
  try {
    const store = await readStore(config);
    try {
      return { done: await packEvidence({ store, ...task, config }) };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (error instanceof EvidenceUnavailableError || error instanceof ValidationError)
      return { refused: error.message };
    if (error instanceof StoreError || error instanceof KeyError) return { unavailable: error.message };
    throw error;
  }
}

async function verify({ pack, software }: Extract<Task, { kind: 'verify' }>): Promise<Answers['verify']> {
  try {
    return { done: await verifyPack({ pack, key: null, software }) };
  } catch (error) {
    if (error instanceof PackError) return { refused: error.message };
    throw error;
  }
}
