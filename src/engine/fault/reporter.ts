import { refuse } from '../../core/ledger/refusal.js';
import type { ContactStore } from '../../store/contact-store.js';
import { Refused } from '../ledger/enter.js';

/**
 * Whom a report is answered to has to be somebody at its customer. Somebody at another is refused in the same words as
 * nobody: who works there is no customer's business.
 */
export async function checkReporter(
  contacts: Pick<ContactStore, 'get'>,
  reporter: string | null,
  customer: string,
): Promise<void> {
  if (reporter === null) return;
  const found = await contacts.get(reporter);
  if (found?.customer === customer && found.erasedAt === null) return;
  throw new Refused([
    refuse(
      'reporter',
      `is nobody at ${customer}, ${JSON.stringify(reporter)}`,
      'the id of a person, as `pop-sla person list` prints it, or nobody',
      ['no-person'],
    ),
  ]);
}
