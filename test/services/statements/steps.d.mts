import type { StatementsOptions } from '../../../src/services/statements/statements.js';

export type SealStep = 'draft' | 'sign' | 'commit' | 'sealed';
export const sealSteps: readonly SealStep[];
export function withSteps<Options extends Pick<StatementsOptions, 'store' | 'signer'>>(
  options: Options,
  onStep: (name: SealStep) => void,
): Options;
