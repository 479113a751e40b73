import type { Round } from '../core/measurement/round.js';
import { summarise } from '../core/measurement/summary.js';
import type { Engine } from '../engine/engine.js';
import { roundsTable } from '../render/rounds/table.js';
import type { AppLog } from './log.js';

/** Nobody should wait half an hour for the first figures. */
export async function showFirstRound(engine: Engine, log: AppLog): Promise<void> {
  const rounds = await engine.runNow();
  if (rounds.length === 0) return;
  log.info({ rounds: rounds.length }, `the first round:\n${tableOf(rounds)}`);
}

const tableOf = (rounds: readonly Round[]): string =>
  roundsTable(rounds.map(summarise), { width: 120, color: false }).trimEnd();
