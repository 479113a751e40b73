import { type Rejection, validationError } from './ledger/errors.js';

/** Services whose format is ready-made: incident systems take one event each, chat robots a text. */
export const incidentKinds = ['pagerduty', 'opsgenie'] as const;
export const chatKinds = ['slack', 'teams', 'wecom', 'dingtalk'] as const;
export type ChatKind = (typeof chatKinds)[number];

/** The kinds of targets that people add. */
export const addedKinds = ['webhook', 'mail', ...incidentKinds, ...chatKinds] as const;
/** With the listeners that register themselves (TMF). */
export const targetKinds = [...addedKinds, 'tmf'] as const;
export type TargetKind = (typeof targetKinds)[number];

type ReadyMadeKind = (typeof incidentKinds)[number] | ChatKind;
const readyMadeKinds: readonly TargetKind[] = [...incidentKinds, ...chatKinds];

/** How many messages a minute a service takes at most; null: it says nothing of that. */
export const messagesPerMinute = (kind: TargetKind): number | null =>
  kind === 'wecom' || kind === 'dingtalk' ? 20 : null;

/** Whether a target is notified of events of the network only; its secret is the service's own key. */
export const isReadyMade = (kind: TargetKind): kind is ReadyMadeKind => readyMadeKinds.includes(kind);

/** Why a text is no single e-mail address; null: it is one. */
export const mailAddressFault = (address: string): Rejection | null =>
  address.length <= 320 && /^[^\s\p{Cc}<>@,;:"\\()[\]]{1,64}@[^\s\p{Cc}<>@,;:"\\()[\]]{1,253}$/u.test(address)
    ? null
    : validationError('address', 'is no e-mail address', 'one address, such as noc@customer.example', [
        'no-mail-address',
      ]);
