import type { Config } from '../config/config.js';
import type { EpochMs } from '../core/types.js';
import { packEvidence, type EvidenceMade } from '../engine/evidence/make.js';
import { writeWhole } from '../seal/whole-file.js';
import { readStore } from './read-store.js';

export type { EvidenceMade } from '../engine/evidence/make.js';

export interface EvidenceOptions {
  readonly config: Config;
  readonly service: string;
  /** `2026-10`. */
  readonly month: string;
  /** Absolute. */
  readonly file: string;
  readonly now: EpochMs;
  readonly software: string;
}

/** Writes the pack of one service's month, whole or not at all. Rejects with `EvidenceRefused`, `StoreFault` or `KeyFault`. */
export async function makeEvidence({ file, ...options }: EvidenceOptions): Promise<EvidenceMade> {
  const store = await readStore(options.config);
  try {
    const { pack, made } = await packEvidence({ store, ...options });
    await writeWhole(file, pack);
    return made;
  } finally {
    await store.close();
  }
}
