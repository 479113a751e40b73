import type { EpochMs } from '../../core/types.js';
import { isoInstant } from '../instant.js';

interface TargetView {
  readonly id: string;
  readonly customer: string | null;
  readonly kind: 'webhook' | 'mail' | 'tmf';
  readonly address: string;
  readonly secret: string | null;
  readonly language: string;
  readonly events: readonly string[];
  readonly createdAt: EpochMs;
  readonly createdBy: string;
}

/** A target as it is shown: of its secret only that there is one. */
export function targetJson({ id, customer, kind, address, secret, ...rest }: TargetView) {
  const { language, events, createdAt, createdBy } = rest;
  return {
    ...{ id, customer, kind, address, language, events, signed: secret !== null },
    ...{ createdAt: isoInstant(createdAt), createdBy },
  };
}

interface MessageView {
  readonly id: number;
  readonly key: string;
  readonly target: string;
  readonly event: string;
  readonly about: string;
  readonly createdAt: EpochMs;
  readonly dueAt: EpochMs;
  readonly attempts: number;
  readonly state: 'waiting' | 'sent' | 'dead' | 'dropped';
  readonly lastError: string | null;
  readonly settledAt: EpochMs | null;
}

/** A message as it is shown, without what is in it. */
export function messageJson({ id, key, target, event, about, ...rest }: MessageView) {
  const { createdAt, dueAt, attempts, state, lastError, settledAt } = rest;
  return {
    ...{ id, key, target, event, about, attempts, state, lastError },
    ...{ createdAt: isoInstant(createdAt), dueAt: isoInstant(dueAt) },
    settledAt: settledAt === null ? null : isoInstant(settledAt),
  };
}
