import type { CreditRow } from '../../core/billing/credit.js';
import { addDays } from '../../core/time/date.js';
import { formatInstant } from '../../core/time/zone.js';
import type { EpochMs } from '../../core/types.js';
import type { Store } from '../../store/store.js';
import { committed } from './commit.js';

const dayMs = 86_400_000;

/** Who enters what the daemon does by itself. */
export const daemonActor = 'pop-sla';

/** Notes, once for each, that a claim is open and its last day near. Resolves to those. */
export async function remindOfClaims(
  { statements, ledger }: Pick<Store, 'statements' | 'ledger'>,
  { now, aheadMs }: { readonly now: () => EpochMs; readonly aheadMs: number },
): Promise<CreditRow[]> {
  return committed({
    ...{ ledger, now, actor: daemonActor },
    decide: async () => {
      const today = formatInstant(now(), 'UTC').slice(0, 10);
      const near = addDays(today, Math.ceil(aheadMs / dayMs));
      const open = await statements.credits({ status: 'sealed' });
      const due = open.filter(
        ({ claimBy, remindedAt, gross }) =>
          claimBy !== null && remindedAt === null && claimBy <= near && !gross.startsWith('-'),
      );
      return {
        result: due,
        actions: due.map(({ id, claimBy }) => ({ type: 'claim-reminded', id, claimBy: claimBy ?? '' })),
        write: (events) =>
          statements.commit({ events, credits: due.map(({ id }) => ({ id, remindedAt: now() })) }),
      };
    },
  });
}
