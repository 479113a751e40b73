import type { Config } from '../../config/config.js';
import type { CustomerRegistry } from '../../core/customer/book.js';
import { actorFault, actorOf } from '../../core/ledger/proposals.js';
import type { Actor } from '../../core/ledger/actions.js';
import { validationError } from '../../core/ledger/errors.js';
import type { Assembler } from '../../core/statement/assemble.js';
import { changeOf } from '../../core/statement/compare.js';
import {
  ruleSetOf,
  statementId,
  type SealedStatement,
  type StatementChange,
  type StatementDocument,
} from '../../core/statement/document.js';
import { storedNames } from '../../core/statement/names.js';
import type { EpochMs } from '../../core/types.js';
import { formatInstant } from '../../core/time/calendar.js';
import { changeLines, reportWords } from '../../i18n/report.js';
import { digestOf } from '../../seal/canonical.js';
import type { Signer } from '../../seal/keys.js';
import type { DraftStatement, StatementQuery, StatementSummary } from '../../store/statement-store.js';
import type { Store } from '../../store/store.js';
import { namesOf, withLedgerEntries } from '../customers/in-force.js';
import { ValidationError } from '../ledger/entries.js';
import { adjustmentOf, creditOf, drawMonth } from './draw.js';
import { type StatementFigures, storedFigures } from './figures.js';
import { changedDrafts, freshDrafts } from './fresh-drafts.js';
import type { Judging } from '../months/impact.js';
import { servicesAsked, type MonthOfBook } from './months.js';
import { unsealedBefore } from './order.js';
import { type Outcome, sealer } from './seal.js';

export interface StatementsOptions {
  readonly store: Pick<Store, 'ledger' | 'watch' | 'rounds' | 'statements' | 'paths'>;
  readonly config: () => Config;
  readonly now: () => EpochMs;
  /** The program version. */
  readonly software: string;
  /** Rejects with a `KeyError`. */
  readonly signer: () => Promise<Signer>;
  /** Creates statements, for example in a worker thread; in this thread by default. */
  readonly judging?: Pick<Judging, 'draw'>;
}

interface SealRequest {
  readonly month: string;
  /** Null: all services of the month. */
  readonly services: readonly string[] | null;
  /** The reason to seal incomplete statements; null: they are not sealed. */
  readonly acceptIncomplete: string | null;
}

interface FirstSealRequest extends SealRequest {
  /** The reason to seal before an earlier month of the service; without one it is refused. */
  readonly outOfOrder?: string | null;
}

/** What closing a month gave. */
interface ClosedMonth {
  /** How many drafts were created. */
  readonly drafts: number;
  /** The services that can't be judged, and so have no draft, each with its reason. */
  readonly unjudged: readonly { readonly service: string; readonly reason: string }[];
}

/**
 * A month's statements from draft to revision. Every method rejects with a `ValidationError` for an invalid request.
 */
export interface Statements {
  list(query?: StatementQuery): Promise<StatementSummary[]>;
  /** The figures of a listed statement; null: it is there no more. */
  figures(row: StatementSummary): Promise<StatementFigures | null>;
  /** Creates the drafts of a month anew whose source data has changed since. */
  freshen(month: string): Promise<void>;
  /** The drafts whose source data has changed, as they would be created now, without storing them. */
  changedDrafts(query: { readonly month: string; readonly service?: string }): Promise<StatementDocument[]>;
  /** A sealed revision (the latest by default), else the draft. */
  show(month: string, service: string, revision?: number): Promise<SealedStatement | DraftStatement>;
  /** Statements as of now, without storing them; also for a month in progress. */
  draw(month: string, services: readonly string[] | null): Promise<StatementDocument[]>;
  /** Creates and stores drafts for services of a past month that are not sealed. */
  close(month: string, services?: readonly string[] | null): Promise<ClosedMonth>;
  /** The same unless any process closed the month before; then it resolves to null. */
  closeOnce(month: string): Promise<ClosedMonth | null>;
  /** The services of which earlier months are not sealed, with those months. */
  unsealedBefore(month: string): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Refuses a service of which an earlier month is not sealed, unless the request says why. */
  seal(actor: string | Actor, request: FirstSealRequest): Promise<Outcome[]>;
  /** Seals a further revision of statements whose source data changed. `dryRun`: only reports what it would seal. */
  revise(actor: string | Actor, request: SealRequest & { readonly dryRun?: boolean }): Promise<Outcome[]>;
  /**
   * Gives sealed statements of an earlier version of the program, which stored no names, those that are in force.
   * Resolves to their number.
   */
  nameSealed(): Promise<number>;
  /** Records which sealed statements of a month would differ now. Resolves to their number. */
  check(month: string): Promise<number>;
}

/** How many drafts share a transaction, so that probes and page requests are served in between. */
const draftsAtOnce = 16;

export function createStatements(options: StatementsOptions): Statements {
  const { store, config, now, software } = options;
  /** `fresh` for statements that are stored or signed. */
  const drawn = (month: string, of: readonly string[], fresh = true): Promise<Assembler> =>
    options.judging
      ? options.judging.draw(month, of, fresh)
      : drawMonth({ store, config: config(), now: now(), software }, month);
  const book = async (): Promise<CustomerRegistry> =>
    withLedgerEntries(config(), await store.ledger.events()).book;
  const asked = async (month: string, services: readonly string[] | null): Promise<MonthOfBook> =>
    servicesAsked(await book(), month, services);
  const requireMonthOver = async (
    month: string,
    services: readonly string[] | null,
  ): Promise<MonthOfBook> => {
    const found = await asked(month, services);
    if (found.end !== null && found.end <= now()) return found;
    const end = found.end === null ? '' : `, it is on ${formatInstant(found.end, 'UTC')}`;
    throw new ValidationError([
      validationError(
        'month',
        `${month} is not over${end}`,
        'a month that is over, or --to-date for a draft',
        ['month-not-over', month],
      ),
    ]);
  };
  const namesNow = async () => namesOf(withLedgerEntries(config(), await store.ledger.events()));
  const mayAct = (actor: string | Actor): void => {
    const fault = actorFault(actorOf(actor).name);
    if (fault) throw new ValidationError([fault]);
  };
  const started = async (actor: string | Actor) =>
    sealer({ store, now, actor, signer: await options.signer(), names: await namesNow() });
  const inTurn: Store['statements']['inTurn'] = (month, work) => store.statements.inTurn(month, work);

  async function close(month: string, services: readonly string[] | null): Promise<ClosedMonth> {
    const found = await requireMonthOver(month, services);
    const assembler = await drawn(month, found.services);
    const listed = await store.statements.list({ month });
    const sealed = new Set(listed.filter(({ state }) => state === 'sealed').map(({ id }) => id));
    const open = found.services.filter(
      (service) => assembler.services.includes(service) && !sealed.has(statementId(month, service)),
    );
    for (let at = 0; at < open.length; at += draftsAtOnce) {
      await Promise.all(
        open.slice(at, at + draftsAtOnce).map((service) => {
          const document = assembler.draft(service);
          const drawnUp = { document, hash: digestOf(document), at: now() };
          return store.statements.putDraft(drawnUp, creditOf(document));
        }),
      );
      await new Promise(setImmediate);
    }
    if (services === null) await store.statements.markClosed(month, now());
    const unjudged = found.services.flatMap((service) => {
      const reason = assembler.unjudged.get(service);
      return reason === undefined ? [] : [{ service, reason }];
    });
    return { drafts: open.length, unjudged };
  }

  async function seal(actor: string | Actor, request: FirstSealRequest): Promise<Outcome[]> {
    const { month, services, acceptIncomplete, outOfOrder = null } = request;
    const found = await requireMonthOver(month, services);
    const earlier = await unsealedBefore(store, await book(), month);
    const sealOne = await started(actor);
    const assembler = await drawn(month, found.services);
    const outcomes: Outcome[] = [];
    for (const service of found.services)
      outcomes.push(unjudged(month, service, assembler) ?? (await sealFirst(assembler.draft(service))));
    return outcomes;

    async function sealFirst(fresh: StatementDocument): Promise<Outcome> {
      const before = await store.statements.sealed(fresh.id);
      if (before) return alreadySealed(before, fresh);
      const skipped = earlier.get(fresh.service) ?? [];
      if (skipped.length > 0 && outOfOrder === null) return notInOrder(fresh, skipped);
      const draft = await store.statements.draft(fresh.id);
      if (draft && draft.document.inputs.digest !== fresh.inputs.digest) {
        await store.statements.putDraft(
          { document: fresh, hash: digestOf(fresh), at: now() },
          creditOf(fresh),
        );
        const why = englishReasons(changeOf(draft.document, fresh));
        const what = 'source data changed: its draft was created anew; review it, and seal again';
        return { ...outcomeOf(fresh, 'refused'), why: [what, ...why] };
      }
      const reviewed = draft?.document ?? fresh;
      if (!reviewed.complete && acceptIncomplete === null) return incomplete(reviewed);
      const document: StatementDocument = {
        ...reviewed,
        state: 'sealed',
        acceptedIncomplete: reviewed.complete ? null : acceptIncomplete,
      };
      const hash = await sealOne(document, creditOf(document), skipped.length > 0 ? outOfOrder : null);
      const sealedMeanwhile = hash === null ? await store.statements.sealed(fresh.id) : null;
      if (sealedMeanwhile) return alreadySealed(sealedMeanwhile, fresh);
      return { ...outcomeOf(document, 'sealed'), revision: 1, hash };
    }
  }

  async function revise(
    actor: string | Actor,
    request: SealRequest & { readonly dryRun?: boolean },
  ): Promise<Outcome[]> {
    const { month, services, acceptIncomplete, dryRun = false } = request;
    const found = await requireMonthOver(month, services);
    const sealOne = dryRun ? null : await started(actor);
    const assembler = await drawn(month, found.services);
    const outcomes: Outcome[] = [];
    for (const service of found.services)
      outcomes.push(unjudged(month, service, assembler) ?? (await reviseOne(assembler.draft(service))));
    return outcomes;

    async function reviseOne(fresh: StatementDocument): Promise<Outcome> {
      const before = await store.statements.sealed(fresh.id);
      if (!before) {
        return { ...outcomeOf(fresh, 'refused'), why: ['is not sealed yet: pop-sla statements seal'] };
      }
      const { revision, hash: previous } = { revision: before.document.revision, hash: before.hash };
      const change = changeOf(before.document, fresh);
      if (change === null) {
        // To look at what a revision would say writes nothing.
        if (!dryRun) await store.statements.markChanged(fresh.id, null);
        return { ...outcomeOf(before.document, 'unchanged'), revision, hash: previous };
      }
      const { creditDifference } = change;
      const why = englishReasons(change);
      if (!fresh.complete && acceptIncomplete === null)
        return {
          ...incomplete(fresh),
          revision,
          hash: previous,
          creditDifference,
          why: [noReason, ...why],
        };
      const document: StatementDocument = {
        ...fresh,
        revision: revision + 1,
        state: 'sealed',
        // Documents of the earlier formats contain the reasons as sentences.
        change: ruleSetOf(fresh) < 4 ? { ...change, why } : change,
        previous,
        acceptedIncomplete: fresh.complete ? null : acceptIncomplete,
      };
      if (sealOne === null)
        return { ...outcomeOf(document, 'sealed'), revision: revision + 1, creditDifference, why };
      const rows = await store.statements.credits({ statement: fresh.id });
      const hash = await sealOne(document, adjustmentOf(document, before.document, rows));
      if (hash === null)
        return {
          ...outcomeOf(fresh, 'refused'),
          revision,
          why: ['somebody else revised it at the same time'],
        };
      return { ...outcomeOf(document, 'sealed'), revision: revision + 1, hash, creditDifference, why };
    }
  }

  return {
    list: (query) => store.statements.list(query),
    figures: storedFigures(store.statements),
    freshen: freshDrafts({ store, config, now, drawn }),
    changedDrafts: (query) => changedDrafts({ store, drawn }, query),
    async show(month, service, revision) {
      const id = statementId(month, service);
      const sealed = await store.statements.sealed(id, revision);
      const found = sealed ?? (revision === undefined ? await store.statements.draft(id) : null);
      if (found) return found;
      const latest = await store.statements.sealed(id);
      if (latest) {
        const allowed = `1 to ${latest.document.revision}`;
        throw new ValidationError([
          validationError('revision', `${id} has no revision ${revision ?? ''}`, allowed, [
            'no-revision',
            latest.document.revision,
          ]),
        ]);
      }
      await asked(month, [service]);
      throw new ValidationError([
        validationError(
          'service',
          `${id} has no statement yet`,
          'a month that was closed: pop-sla statements close',
          ['no-statement'],
        ),
      ]);
    },
    async draw(month, services) {
      const found = await asked(month, services);
      const assembler = await drawn(month, found.services, false);
      return found.services
        .filter((service) => !assembler.unjudged.has(service))
        .map((service) => assembler.draft(service));
    },
    close: (month, services = null) => inTurn(month, () => close(month, services)),
    closeOnce: (month) =>
      inTurn(month, async () =>
        (await store.statements.closed(month)) === null ? close(month, null) : null,
      ),
    async unsealedBefore(month) {
      await asked(month, null);
      return unsealedBefore(store, await book(), month);
    },
    seal: async (actor, request) => {
      mayAct(actor);
      return inTurn(request.month, () => seal(actor, request));
    },
    revise: async (actor, request) => {
      mayAct(actor);
      return inTurn(request.month, () => revise(actor, request));
    },
    async nameSealed() {
      const unnamed = await store.statements.unnamed();
      if (unnamed.length === 0) return 0;
      const names = await namesNow();
      for (const { id, revision } of unnamed) {
        const sealed = await store.statements.sealed(id, revision);
        if (sealed) await store.statements.putNames(id, revision, storedNames(sealed.document, names));
      }
      return unnamed.length;
    },
    async check(month) {
      const sealed = (await store.statements.list({ month })).filter(({ state }) => state === 'sealed');
      if (sealed.length === 0) return 0;
      const assembler = await drawn(
        month,
        sealed.map(({ service }) => service),
      );
      let changed = 0;
      for (const id of new Set(sealed.map((each) => each.id))) {
        const before = await store.statements.sealed(id);
        if (!before || !assembler.services.includes(before.document.service)) continue;
        const change = changeOf(before.document, assembler.draft(before.document.service));
        await store.statements.markChanged(id, change && { at: now(), why: englishReasons(change) });
        if (change) changed += 1;
      }
      return changed;
    },
  };
}

const englishReasons = (change: StatementChange | null): string[] =>
  changeLines(reportWords.en, change?.why ?? []);

const noReason = 'is incomplete: sealed only with --accept-incomplete REASON';

function outcomeOf({ id, total, currency }: StatementDocument, outcome: Outcome['outcome']): Outcome {
  const { credit } = total;
  return { id, outcome, revision: null, hash: null, credit, currency, creditDifference: null, why: [] };
}

/** A service that can't be judged has no statement, and the others have theirs all the same; null: it is judged. */
function unjudged(month: string, service: string, drawn: Assembler): Outcome | null {
  const reason = drawn.unjudged.get(service);
  if (reason === undefined) return null;
  return {
    id: statementId(month, service),
    outcome: 'refused',
    revision: null,
    hash: null,
    credit: '0',
    currency: '',
    creditDifference: null,
    why: [`can't be judged: ${reason}`],
  };
}

const incomplete = (document: StatementDocument): Outcome => ({
  ...outcomeOf(document, 'incomplete'),
  why: [noReason],
});

/** Months are sealed in their order, since what a later one is paid with may rest on the earlier one. */
const notInOrder = (fresh: StatementDocument, skipped: readonly string[]): Outcome => ({
  ...outcomeOf(fresh, 'refused'),
  why: [`${skipped.join(', ')} of it is not sealed: seal that first, or --out-of-order REASON`],
});

/** Sealing again succeeds where nothing changed; otherwise a revision is needed. */
function alreadySealed({ document, hash }: SealedStatement, fresh: StatementDocument): Outcome {
  const { revision } = document;
  const change = changeOf(document, fresh);
  if (change === null) return { ...outcomeOf(document, 'already-sealed'), revision, hash };
  const what = `is sealed as revision ${revision}, and its source data has changed: pop-sla statements revise`;
  return { ...outcomeOf(document, 'refused'), revision, hash, why: [what, ...englishReasons(change)] };
}
