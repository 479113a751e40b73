import type { Config } from '../../config/config.js';
import { type AttachmentRef, attachmentsOf } from '../../core/ledger/actions.js';
import { chainFault, headOf } from '../../core/ledger/chain.js';
import { validationError } from '../../core/ledger/errors.js';
import { serviceOnDays } from '../../core/customer/book.js';
import { type LocalDate, monthAfter } from '../../core/time/calendar.js';
import type { EpochMs } from '../../core/types.js';
import { chainFaultText } from '../../i18n/refusals.js';
import { availabilityJson, type AvailabilityJson } from '../../render/availability.js';
import { digestOf, sha256 } from '../../seal/canonical.js';
import { maxAttachmentBytes } from '../../store/ledger-store.js';
import type { Store } from '../../store/store.js';
import { auditTrail } from '../access/registry.js';
import { createRegistry, type Registry } from '../customers/registry.js';
import { type Impact, impactOf, type Judging } from '../months/impact.js';
import { judgeStored, readEntered, type StoredMonth } from '../months/judge.js';
import { pastCreditsOf, ruleSetOfMonth } from '../statements/draw.js';
import { createLedgerService, type LedgerService } from './service.js';
import { ValidationError } from './entries.js';

/** The ledger service together with attachments and the impact of exclusions on months. */
export interface LedgerBacklog {
  readonly ledgerService: LedgerService;
  readonly registry: Registry;
  /** Stores a file. Rejects with a `ValidationError` when it is too large. */
  attach(name: string, content: Uint8Array): Promise<AttachmentRef>;
  /** Null: there is no such file. */
  attachment(hash: string): Promise<Uint8Array | null>;
  impact(id: string): Promise<Impact[]>;
  month(name: string): Promise<StoredMonth[]>;
  availability(name: string): Promise<AvailabilityJson>;
  /** The same of those days only that `sees` is true of. */
  availabilityOnDays(
    name: string,
    sees: (customer: string, day: LocalDate) => boolean,
  ): Promise<AvailabilityJson>;
  audit(expectedHead?: string): Promise<Audit>;
}

interface LedgerBacklogOptions {
  readonly store: Pick<Store, 'ledger' | 'attachments' | 'watch' | 'rounds' | 'access' | 'statements'>;
  /** Returns the configuration in force. */
  readonly config: () => Config;
  readonly now: () => EpochMs;
  /** Judges months, for example in a worker thread; in this thread by default. */
  readonly judging?: Pick<Judging, 'availability' | 'impact'>;
  /** Called after a customer entry was made here. */
  readonly bookChanged?: () => Promise<void>;
}

export function createLedgerBacklog({
  store,
  config,
  now,
  judging,
  bookChanged,
}: LedgerBacklogOptions): LedgerBacklog {
  const ledgerService = createLedgerService({ store, config, now });
  const pastCredits = pastCreditsOf(store.statements);
  const ruleSetOf = (month: string) => ruleSetOfMonth(store.statements, month);
  const judge = () => ({ store, config: config(), now: now(), pastCredits, ruleSetOf });
  return {
    ledgerService,
    registry: createRegistry({ ledger: store.ledger, config, now, ...(bookChanged && { bookChanged }) }),
    attach: async (name, content) => {
      if (content.byteLength > maxAttachmentBytes) {
        const what = `${name} has ${content.byteLength} bytes`;
        throw new ValidationError([
          validationError('attach', what, `files of at most ${maxAttachmentBytes} bytes`),
        ]);
      }
      const ref = { sha256: sha256(content), name, bytes: content.byteLength };
      await store.attachments.put({ sha256: ref.sha256, content, at: now() });
      return ref;
    },
    attachment: (hash) => store.attachments.get(hash),
    impact: async (id) => {
      const exclusion = await ledgerService.exclusion(id);
      return judging ? judging.impact(id) : impactOf(exclusion, judge());
    },
    month: (name) => judgeStored(judge(), name),
    availabilityOnDays: async (name, sees) => {
      const entered = await readEntered({ store, config: config() });
      const month = { from: `${name}-01`, to: `${monthAfter(name, 1)}-01` };
      const services = entered.config.book.services.flatMap((service) =>
        serviceOnDays(service, month, (day) => sees(service.customer, day)),
      );
      const book = { ...entered.config.book, services };
      const clipped = { ...entered, config: { ...entered.config, book } };
      return availabilityJson(name, await judgeStored(judge(), name, clipped), now());
    },
    availability: async (name) =>
      judging ? judging.availability(name) : availabilityJson(name, await judgeStored(judge(), name), now()),
    audit: (expectedHead) => audit(store, expectedHead),
  };
}

interface Audit {
  readonly ok: boolean;
  readonly events: number;
  /** The hash of the last event. Recorded elsewhere, it proves later that the end of the ledger was not cut off. */
  readonly head: string;
  readonly attachments: number;
  /** The audit trail of actions, in addition to the ledger of entries. */
  readonly trail: { readonly entries: number; readonly head: string };
  readonly faults: readonly string[];
}

/** Verifies the hash chain. `expectedHead` is an earlier head, which has to be in it. */
export async function audit(
  { ledger, attachments, access }: Pick<Store, 'ledger' | 'attachments' | 'access'>,
  expectedHead?: string,
): Promise<Audit> {
  const events = await ledger.events({ after: 0 });
  const faults: string[] = [];
  const broken = chainFault(events, digestOrNone);
  if (broken) faults.push(chainFaultText(broken));
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
    ok: faults.length === 0,
    events: events.length,
    head,
    attachments: files.size,
    trail: { entries: trail.entries, head: trail.head },
    faults,
  };
}

/** A value that this program never wrote may have no canonical form; then it can't match any hash. */
function digestOrNone(value: object): string {
  try {
    return digestOf(value);
  } catch {
    return '';
  }
}
