import type { OutboxStore } from '../../store/notify-store.js';
import { createTargetDesk, type TargetDesk } from '../notify/targets.js';
import { createFaultDesk, type FaultDesk, type FaultDeskOptions } from './desk.js';

/** Fault reports with what stands around them: who is told, and what was sent. */
export interface FaultOffice {
  readonly desk: FaultDesk;
  readonly targets: TargetDesk;
  readonly outbox: Pick<OutboxStore, 'list' | 'get' | 'retry' | 'drop' | 'depth'>;
}

export interface FaultOfficeOptions extends FaultDeskOptions {
  readonly store: FaultDeskOptions['store'] & { readonly outbox: OutboxStore };
}

export function createFaultOffice(options: FaultOfficeOptions): FaultOffice {
  const { store, config, now } = options;
  return {
    desk: createFaultDesk(options),
    targets: createTargetDesk({ targets: store.targets, config, now }),
    outbox: store.outbox,
  };
}
