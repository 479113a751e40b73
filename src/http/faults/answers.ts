import { z } from 'zod';
import { faultChannels, faultStates } from '../../core/fault/actions.js';
import { suggestedMetrics } from '../../core/fault/suggestion.js';
import { windowKinds } from '../../core/quality/windows.js';
import { attachment } from '../ledger/answers.js';
import { isoTime } from '../route/answers.js';

const text = () => z.string().nullable();
const actor = z.strictObject({ name: z.string(), side: z.enum(['customer', 'noc', 'system']) });
const clock = z
  .strictObject({
    ...{ targetMs: z.int(), elapsedMs: z.int(), leftMs: z.int(), running: z.boolean() },
    ...{ met: z.boolean().nullable(), dueAt: isoTime().nullable() },
  })
  .nullable();
const window = z.enum(windowKinds);

export const report = z.strictObject({
  ...{ id: z.string(), number: z.int(), state: z.enum(faultStates), customer: z.string() },
  ...{ path: text(), service: text(), since: isoTime(), subject: z.string(), text: z.string() },
  ...{ severity: z.string(), kind: z.string(), channel: z.enum(faultChannels), reporter: text() },
  evidence: z.strictObject({ sha256: z.string(), bytes: z.int(), window }).nullable(),
  ...{ attachments: z.array(attachment), incident: z.string(), plan: text() },
  externalIds: z.array(z.strictObject({ id: z.string(), owner: text(), type: text() })),
  ...{ filedAt: isoTime(), filedBy: actor, updatedAt: isoTime(), owner: text() },
  offer: z.strictObject({ to: z.string(), by: z.string(), reason: text() }).nullable(),
  targets: z.strictObject({ firstResponse: clock, repair: clock }),
  history: z.array(z.strictObject({ at: isoTime(), actor, state: z.enum(faultStates), reason: text() })),
  comments: z.array(
    z.strictObject({
      ...{ seq: z.int(), at: isoTime(), actor, text: z.string(), internal: z.boolean() },
      attachments: z.array(attachment),
    }),
  ),
  entries: z.array(
    z.strictObject({ what: z.enum(['outage', 'exclusion']), id: z.string(), at: isoTime(), actor }),
  ),
  ...{ seq: z.int(), hash: z.string() },
  /** What the asker may do with it now. */
  allowed: z.array(z.string()),
});

export const suggestion = z.strictObject({
  ...{ path: z.string(), metrics: z.array(z.enum(suggestedMetrics)), firstSlot: isoTime() },
  ...{ lastSlot: isoTime(), raisedAt: isoTime(), endedSlot: isoTime().nullable() },
});

const metric = { band: text(), held: z.int(), due: z.int() };
export const band = z.strictObject({
  ...{ path: z.string(), plan: z.string(), window, from: isoTime(), to: isoTime() },
  latency: z.strictObject({
    ...{ us: z.int().nullable(), commitmentUs: z.int().nullable(), excessPercent: text() },
    ...metric,
  }),
  loss: z.strictObject({ ppm: z.int().nullable(), ...metric }),
});

export const target = z.strictObject({
  ...{ id: z.string(), customer: text(), kind: z.enum(['webhook', 'mail', 'tmf']), address: z.string() },
  ...{ language: z.string(), events: z.array(z.string()), signed: z.boolean() },
  ...{ createdAt: isoTime(), createdBy: z.string() },
});

export const message = z.strictObject({
  ...{ id: z.int(), key: z.string(), target: z.string(), event: z.string(), about: z.string() },
  ...{ createdAt: isoTime(), dueAt: isoTime(), attempts: z.int() },
  state: z.enum(['waiting', 'sent', 'dead', 'dropped']),
  ...{ lastError: text(), settledAt: isoTime().nullable() },
});
