import { attachmentsOf } from '../../core/ledger/actions.js';
import { chainFault, headOf } from '../../core/ledger/chain.js';
import { digestOf, sha256 } from '../../seal/hash.js';
import { auditTrail } from '../access/trail.js';
import type { Store } from '../../store/store.js';

export interface Audit {
  readonly ok: boolean;
  readonly events: number;
  /** The hash of the last event: written down elsewhere, it shows later that the end was not cut off. */
  readonly head: string;
  readonly attachments: number;
  /** The trail of what was done, beside the ledger of what was entered. */
  readonly trail: { readonly entries: number; readonly head: string };
  readonly faults: readonly string[];
}

/** Whether the history is the one that was written. `expectedHead`: a head from before, which has to be in it. */
export async function audit(
  { ledger, attachments, access }: Pick<Store, 'ledger' | 'attachments' | 'access'>,
  expectedHead?: string,
): Promise<Audit> {
  const events = await ledger.events({ after: 0 });
  const faults: string[] = [];
  const broken = chainFault(events, digestOrNone);
  if (broken) faults.push(broken.what);
  if (expectedHead !== undefined && !events.some(({ hash }) => hash === expectedHead)) {
    faults.push(
      `the head ${expectedHead} is not in the history: its end was cut off, or all of it was written anew`,
    );
  }
  const files = new Map(
    events.flatMap(({ action }) => attachmentsOf(action)).map((ref) => [ref.sha256, ref]),
  );
  for (const [hash, { name }] of files) {
    const content = await attachments.get(hash);
    if (content === null) faults.push(`the attachment ${name} (${hash}) is missing`);
    else if (sha256(content) !== hash) faults.push(`the attachment ${name} (${hash}) was changed`);
  }
  const trail = await auditTrail(access.trail);
  faults.push(...trail.faults);
  const { hash: head } = headOf(events);
  return {
    ...{ ok: faults.length === 0, events: events.length, head, attachments: files.size },
    trail: { entries: trail.entries, head: trail.head },
    faults,
  };
}

/** What was never written by us may have no spelling at all. */
function digestOrNone(value: object): string {
  try {
    return digestOf(value);
  } catch {
    return '';
  }
}
