import type { Actor, LedgerEvent, LedgerMark } from '../../core/ledger/actions.js';
import { actorOf, isSameActor } from '../../core/ledger/proposals.js';
import type { StatementDocument } from '../../core/statement/document.js';
import type { EpochMs } from '../../core/types.js';
import type { Store } from '../../store/store.js';
import { committed } from '../credits/credits.js';

/** Somebody looked at what a revision would say, so that another person may seal it. */
export interface Preparation extends Pick<LedgerMark, 'actor' | 'principal' | 'at'> {
  readonly id: string;
  readonly revision: number;
  /** Of what it rests on: it counts for nothing once that has changed. */
  readonly digest: string;
}

/** A revision that may be prepared, and sealed by another person then. */
type Prepared = Pick<StatementDocument, 'id' | 'inputs'> & { readonly next: number };

export const preparationsIn = (events: readonly LedgerEvent[]): Preparation[] =>
  events.flatMap(({ action, actor, principal, at }) => {
    if (action.type !== 'statement-prepared') return [];
    const { id, revision, digest } = action;
    return [{ id, revision, digest, actor, at, ...(principal !== undefined && { principal }) }];
  });

/** The preparations of a month that still are of what would be sealed next. */
export async function validPreparations(
  { ledger, statements }: Pick<Store, 'ledger' | 'statements'>,
  month: string,
): Promise<Preparation[]> {
  const valid: Preparation[] = [];
  for (const one of preparationsIn(await ledger.events())) {
    if (!one.id.startsWith(`${month}/`)) continue;
    const latest = (await statements.sealed(one.id))?.document.revision ?? 0;
    const draft = latest === 0 ? await statements.draft(one.id) : null;
    const isSame = draft === null || draft.document.inputs.digest === one.digest;
    if (one.revision === latest + 1 && isSame) valid.push(one);
  }
  return valid;
}

const isOf = ({ id, inputs, next }: Prepared, one: Preparation): boolean =>
  one.id === id && one.revision === next && one.digest === inputs.digest;

/** Why somebody may not seal a revision, where a second person has to; null: another one has prepared it. */
export function secondPersonFault(
  of: Prepared,
  by: string | Actor,
  preparations: readonly Preparation[],
): string | null {
  const ofIt = preparations.filter((one) => one.id === of.id && one.revision === of.next);
  const valid = ofIt.filter((one) => isOf(of, one));
  if (valid.some((one) => !isSameActor(actorOf(by), one))) return null;
  const [own] = valid;
  if (own) return `was prepared by ${own.actor} alone: another person has to seal it`;
  return ofIt.length === 0
    ? 'is not prepared yet: pop-sla statements prepare, and another person seals it'
    : 'has changed since it was prepared: pop-sla statements prepare, and another person seals it';
}

interface Preparing {
  readonly store: Pick<Store, 'ledger' | 'statements'>;
  readonly now: () => EpochMs;
  readonly actor: string | Actor;
  readonly revisions: readonly Prepared[];
}

/** Notes in the ledger that somebody prepared revisions, each once. */
export async function prepareRevisions({ store, now, actor, revisions }: Preparing): Promise<void> {
  const { ledger, statements } = store;
  await committed<undefined>({
    ledger,
    now,
    actor,
    decide: (events) => {
      const known = preparationsIn(events).filter((one) => isSameActor(actorOf(actor), one));
      const fresh = revisions.filter((of) => !known.some((one) => isOf(of, one)));
      return Promise.resolve({
        result: undefined,
        actions: fresh.map(({ id, next, inputs: { digest } }) => ({
          type: 'statement-prepared' as const,
          id,
          revision: next,
          digest,
        })),
        write: (links) => statements.commit({ events: links }),
      });
    },
  });
}
