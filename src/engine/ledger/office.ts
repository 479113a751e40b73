import type { Config } from '../../config/config.js';
import type { AttachmentRef } from '../../core/ledger/actions.js';
import { refuse } from '../../core/ledger/refusal.js';
import type { EpochMs } from '../../core/types.js';
import { sha256 } from '../../seal/hash.js';
import { maxAttachmentBytes } from '../../store/ledger-store.js';
import type { Store } from '../../store/store.js';
import { createRegistry, type Registry } from '../customers/registry.js';
import { availabilityJson, type AvailabilityJson } from '../../render/ledger/availability.js';
import { impactOf, type Impact } from '../month/impact.js';
import { judgeStored, type StoredMonth } from '../month/judge.js';
import type { Judging } from '../month/judging.js';
import { ruleSetOfMonth } from '../statement/draw.js';
import { pastCreditsOf } from '../statement/past-credits.js';
import { audit, type Audit } from './audit.js';
import { createDesk, type Desk } from './desk.js';
import { Refused } from './enter.js';

/** The desk with what stands around it: the files that prove something, and the months that are judged by it. */
export interface Office {
  readonly desk: Desk;
  readonly registry: Registry;
  /** Keeps a file. Rejects with `Refused` for one that is too large. */
  attach(name: string, content: Uint8Array): Promise<AttachmentRef>;
  /** Null: there is no such file. */
  attachment(hash: string): Promise<Uint8Array | null>;
  impact(id: string): Promise<Impact[]>;
  month(name: string): Promise<StoredMonth[]>;
  availability(name: string): Promise<AvailabilityJson>;
  audit(expectedHead?: string): Promise<Audit>;
}

export interface OfficeOptions {
  readonly store: Pick<Store, 'ledger' | 'attachments' | 'watch' | 'rounds' | 'access' | 'statements'>;
  /** The configuration in force. */
  readonly config: () => Config;
  readonly now: () => EpochMs;
  /** Judges months elsewhere; here by default. */
  readonly judging?: Pick<Judging, 'availability' | 'impact'>;
  /** Something of the book was entered here. */
  readonly bookChanged?: () => Promise<void>;
}

export function createOffice({ store, config, now, judging, bookChanged }: OfficeOptions): Office {
  const desk = createDesk({ store, config, now });
  const pastCredits = pastCreditsOf(store.statements);
  const ruleSetOf = (month: string) => ruleSetOfMonth(store.statements, month);
  const judge = () => ({ store, config: config(), now: now(), pastCredits, ruleSetOf });
  return {
    desk,
    registry: createRegistry({ ledger: store.ledger, config, now, ...(bookChanged && { bookChanged }) }),
    attach: async (name, content) => {
      if (content.byteLength > maxAttachmentBytes) {
        const what = `${name} has ${content.byteLength} bytes`;
        throw new Refused([refuse('attach', what, `files of at most ${maxAttachmentBytes} bytes`)]);
      }
      const ref = { sha256: sha256(content), name, bytes: content.byteLength };
      await store.attachments.put({ sha256: ref.sha256, content, at: now() });
      return ref;
    },
    attachment: (hash) => store.attachments.get(hash),
    impact: async (id) => {
      const exclusion = await desk.exclusion(id);
      return judging ? judging.impact(id) : impactOf(exclusion, judge());
    },
    month: (name) => judgeStored(judge(), name),
    availability: async (name) =>
      judging ? judging.availability(name) : availabilityJson(name, await judgeStored(judge(), name), now()),
    audit: (expectedHead) => audit(store, expectedHead),
  };
}
