import type { Config } from '../../config/config.js';
import type { BillingEvent } from '../../core/billing/notices.js';
import type { DisputeSubject } from '../../core/billing/actions.js';
import {
  deedOf,
  type Dispute,
  type DisputeMove,
  disputeStates,
  foldDisputes,
  isDisputeLate,
  isOver,
  isTaken,
  lastDisputeDay,
} from '../../core/billing/disputes.js';
import { type Actor, idOfAction, type LedgerAction, type LedgerEvent } from '../../core/ledger/actions.js';
import { headOf } from '../../core/ledger/chain.js';
import { type ValidationIssue, validationError } from '../../core/ledger/errors.js';
import { partsOfStatementId, type StatementDocument } from '../../core/statement/document.js';
import { actorOf } from '../../core/ledger/proposals.js';
import { mostCharacters } from '../../core/text/limits.js';
import type { EpochMs } from '../../core/types.js';
import type { Store } from '../../store/store.js';
import { ValidationError } from '../ledger/entries.js';
import { billingTeller } from '../notifications/billing-notices.js';
import type { RecipientStore } from '../notifications/people.js';
import { committed } from './credits.js';
import type { Statements } from '../statements/statements.js';

interface DisputesOptions {
  readonly store: Pick<Store, 'ledger' | 'statements' | 'contacts'> & RecipientStore;
  readonly config: () => Config;
  readonly statements: Pick<Statements, 'revise'>;
  readonly now: () => EpochMs;
}

/** Who says it: the carrier may open late, and may close for a customer what it has answered already. */
type Side = 'customer' | 'carrier';

interface DisputeRequest {
  /** Such as `2026-10/service`. */
  readonly statement: string;
  /** The latest by default. */
  readonly revision?: number;
  /** Stored permanently, so it must not contain personal data. */
  readonly text: string;
  readonly contact: string | null;
  readonly about?: DisputeSubject | null;
  readonly side?: Side;
}

export interface MoveRequest {
  readonly text: string;
  readonly side?: Side;
  /** Ledger entries by which it is accepted. */
  readonly entries?: readonly string[];
  /** Accepts it with a new revision of the statement, sealed at once. */
  readonly revise?: boolean;
}

interface DisputeQuery {
  readonly id?: string;
  readonly statement?: string;
  readonly open?: boolean;
  readonly state?: Dispute['state'];
}

/** A dispute with what became of its statement since. */
interface ShownDispute extends Dispute {
  /** The customer whose statement it is. */
  readonly customer: string;
  /** The first revision that was sealed after it was opened; null: none. */
  readonly revisedIn: number | null;
}

/** Customers' disputes of statements. Every method rejects with a `ValidationError` for input that is not allowed. */
export interface Disputes {
  list(query?: DisputeQuery): Promise<ShownDispute[]>;
  open(actor: string | Actor, request: DisputeRequest): Promise<ShownDispute>;
  move(actor: string | Actor, move: DisputeMove, id: string, request: MoveRequest): Promise<ShownDispute>;
}

const longest = mostCharacters.dispute;

export function createDisputes({ store, config, statements: months, now }: DisputesOptions): Disputes {
  const { ledger, statements, contacts } = store;
  const tell = billingTeller({ store, config });
  /** Tells both sides: the operator, and whoever sees the statement with its amounts. */
  const told = async (
    event: BillingEvent,
    about: string,
    nth: number,
    statement: string,
    actor: string | Actor,
  ) => {
    const document = (await statements.sealed(statement))?.document;
    const parties = document && document.sellers.length > 0 ? document.sellers : [document?.customer ?? null];
    const notice = { event, at: now(), about, nth, detail: statement, by: actorOf(actor).identity };
    return tell(parties.map((party) => ({ ...notice, party })));
  };
  const list = async ({ id, statement, open, state }: DisputeQuery = {}): Promise<ShownDispute[]> => {
    const asked = foldDisputes(await ledger.events()).filter(
      (each) =>
        (id === undefined || each.id === id) &&
        (statement === undefined || each.statement === statement) &&
        (state === undefined || each.state === state) &&
        (!open || !isOver(each)),
    );
    const rows = new Map<string, ReturnType<typeof statements.list>>();
    const rowsOf = (of: string): ReturnType<typeof statements.list> => {
      const found = rows.get(of) ?? statements.list(partsOfStatementId(of));
      rows.set(of, found);
      return found;
    };
    const shown = asked.map(async (dispute): Promise<ShownDispute> => {
      const all = await rowsOf(dispute.statement);
      const later = all.filter(
        ({ state: is, revision, at }) =>
          is === 'sealed' && revision > dispute.revision && at >= dispute.openedAt,
      );
      const first = Math.min(...later.map(({ revision }) => revision));
      return {
        ...dispute,
        customer: all[0]?.customer ?? '',
        revisedIn: later.length === 0 ? null : first,
      };
    });
    return Promise.all(shown);
  };
  const one = async (id: string): Promise<ShownDispute> => {
    const [found] = await list({ id });
    if (found) return found;
    throw new ValidationError([
      validationError('id', `${id} is no dispute`, 'an id as `disputes list` prints it', ['no-such', id]),
    ]);
  };
  const sealedOf = async (statement: string, revision?: number): Promise<StatementDocument> => {
    const sealed = await statements.sealed(statement, revision);
    if (sealed) return sealed.document;
    const latest = await statements.sealed(statement);
    const what = revision === undefined || !latest ? statement : `${statement}, revision ${revision},`;
    const allowed = latest
      ? `revisions 1 to ${latest.document.revision}`
      : 'MONTH/SERVICE of a sealed statement';
    throw new ValidationError([
      validationError('statement', `${what} is not sealed`, allowed, ['not-sealed']),
    ]);
  };
  /** Seals the revision that an accepted dispute leads to; refuses where it would say what was said before. */
  const revised = async (actor: string | Actor, { statement, revisedIn }: ShownDispute): Promise<void> => {
    const { month, service } = partsOfStatementId(statement);
    const [outcome] = await months.revise(actor, { month, services: [service], acceptIncomplete: null });
    if (outcome?.outcome === 'sealed') return;
    // Sealed already: by somebody else, or before this was interrupted.
    if (outcome?.outcome === 'unchanged' && revisedIn !== null) return;
    const what =
      outcome?.outcome === 'unchanged'
        ? 'would change nothing: what the statement rests on is as it was'
        : `is not sealed: ${outcome?.why.join('; ') ?? 'the month has no such service'}`;
    const allowed = 'a correction of the outage, an exclusion or other inputs first, then the revision';
    throw new ValidationError([
      validationError('revise', what, allowed, [
        outcome?.outcome === 'unchanged' ? 'revision-changes-nothing' : 'revision-refused',
      ]),
    ]);
  };
  return {
    list,
    async open(actor, { statement, revision, text, contact, about = null, side = 'carrier' }) {
      mustSay(text);
      const document = await sealedOf(statement, revision);
      const lastDay = lastDisputeDay(document);
      if (side === 'customer' && lastDay !== null && isDisputeLate(document, now()))
        throw new ValidationError([
          validationError('statement', `${statement} could be disputed until ${lastDay}`, 'a day before', [
            'dispute-late',
            lastDay,
          ]),
        ]);
      const fault = about && subjectFault(about, document);
      if (fault) throw new ValidationError([fault]);
      if (contact !== null && (await contacts.get(contact))?.customer !== document.customer) {
        const what = `${contact} is no contact of ${document.customer}`;
        throw new ValidationError([
          validationError('contact', what, 'one of its own, as `person list` prints them', ['no-person']),
        ]);
      }
      const opened = await committed({
        ledger,
        now,
        actor,
        decide: async (events) => {
          const seq = headOf(events).seq + 1;
          const id = `D${seq}`;
          const rest = { statement, text: text.trim(), contact, revision: document.revision };
          const outbox = await told('dispute-opened', id, seq, statement, actor);
          return {
            result: id,
            actions: [{ type: 'dispute-opened', id, ...rest, ...(about && { about }) }],
            write: (links) => statements.commit({ events: links, outbox }),
          };
        },
      });
      return one(opened);
    },
    async move(actor, move, id, { text, side = 'carrier', entries = [], revise = false }) {
      mustSay(text);
      const found = await one(id);
      const fault = faultOf(found, move, side) ?? entriesFault(entries, await ledger.events());
      if (fault) throw new ValidationError([fault]);
      if (move === 'accept' && revise) await revised(actor, found);
      await committed({
        ledger,
        now,
        actor,
        decide: async (events) => {
          const dispute = foldDisputes(events).find((each) => each.id === id);
          const meanwhile = faultOf(dispute ?? null, move, side);
          if (meanwhile) throw new ValidationError([meanwhile]);
          const event = move === 'answer' ? 'dispute-answered' : 'dispute-decided';
          const seq = headOf(events).seq + 1;
          const outbox = move === 'comment' ? [] : await told(event, id, seq, found.statement, actor);
          return {
            result: null,
            actions: [actionOf(move, id, text.trim(), entries)],
            write: (links) => statements.commit({ events: links, outbox }),
          };
        },
      });
      return one(id);
    },
  };
}

function actionOf(move: DisputeMove, id: string, text: string, entries: readonly string[]): LedgerAction {
  if (move === 'accept' && entries.length > 0) return { type: 'dispute-accepted', id, text, entries };
  return { type: `dispute-${deedOf[move]}`, id, text };
}

/** Why a dispute can't be moved now; null: it can. */
function faultOf(dispute: Dispute | null, move: DisputeMove, side: Side): ValidationIssue | null {
  const state = dispute?.state ?? 'gone';
  const issue = (allowed: string): ValidationIssue =>
    validationError('id', `${dispute?.id ?? ''} is ${state}`, allowed, ['in-state', state]);
  if (!dispute || isOver(dispute))
    return issue(`a dispute that is ${disputeStates.slice(0, 2).join(' or ')}`);
  if (move === 'withdraw' && side === 'customer' && isTaken(dispute))
    return validationError(
      'id',
      `${dispute.id} has been answered`,
      'to withdraw it before its first answer',
      ['dispute-taken'],
    );
  return null;
}

/** Why a dispute can't be about something of a statement; null: it can. */
function subjectFault({ figure, of }: DisputeSubject, document: StatementDocument): ValidationIssue | null {
  const ofPath = figure === 'latency' || figure === 'loss';
  const field = figure === 'outage' ? 'of' : 'path';
  const known: readonly string[] =
    figure === 'outage'
      ? document.outages.map(({ ref }) => ref)
      : ofPath
        ? document.paths.map(({ path }) => path)
        : [];
  if (of === null ? figure !== 'outage' : known.includes(of)) return null;
  const allowed = known.length === 0 ? 'none: the statement has none' : known.slice(0, 12).join(', ');
  if (of === null) return validationError(field, 'is missing', allowed, ['missing']);
  return validationError(field, `${of} is not in the statement`, allowed, ['no-such', of]);
}

/** What of a ledger corrects a statement: outages and exclusions, by the ids that they are called by. */
const corrects = /^(?:outage|exclusion)-/;

function entriesFault(entries: readonly string[], events: readonly LedgerEvent[]): ValidationIssue | null {
  const known = new Set(
    events.flatMap(({ action }) => (corrects.test(action.type) ? [idOfAction(action)] : [])),
  );
  const unknown = entries.find((each) => !known.has(each));
  if (unknown === undefined) return null;
  return validationError('entries', `${unknown} corrects nothing`, 'ids of corrections and exclusions', [
    'no-such',
    unknown,
  ]);
}

function mustSay(text: string): void {
  if (text.trim() === '' || text.length > longest)
    throw new ValidationError([
      validationError(
        'text',
        text.trim() === '' ? 'is missing' : 'is too long',
        `1 to ${longest} characters`,
        text.trim() === '' ? ['missing'] : ['too-long', text.length, longest],
      ),
    ]);
}
