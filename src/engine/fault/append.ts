import type { FaultAction, FaultActor, FaultEvent } from '../../core/fault/actions.js';
import { samenessOf } from '../../core/fault/incident.js';
import { foldReport, type FaultReport } from '../../core/fault/report.js';
import { noHash } from '../../core/ledger/chain.js';
import { actorFault } from '../../core/ledger/decide.js';
import { refuse, type Refusal } from '../../core/ledger/refusal.js';
import type { EpochMs } from '../../core/types.js';
import { digestOf } from '../../seal/hash.js';
import type { FaultHead, FaultStore } from '../../store/fault-store.js';
import type { OutboxDraft } from '../../store/notify-store.js';
import { Refused } from '../ledger/enter.js';

/** What happened to a report, for whoever is told of it. */
export interface Occurrence {
  readonly event: FaultEvent;
  /** As it is after that. */
  readonly report: FaultReport;
}

export interface AppendOptions {
  readonly faults: FaultStore;
  readonly now: () => EpochMs;
  readonly actor: FaultActor;
  /** Null: a new one. */
  readonly number: number | null;
  /** What comes next, or why not; asked again when something else came first. */
  readonly decide: (
    before: FaultReport | null,
    number: number,
  ) => readonly FaultAction[] | readonly Refusal[] | Promise<readonly FaultAction[] | readonly Refusal[]>;
  /** Who is told, in the same transaction. */
  readonly tell: (occurrences: readonly Occurrence[]) => Promise<readonly OutboxDraft[]>;
}

const patience = 20;

/** Appends what `decide` says with the messages that it brings, all or nothing. Rejects with `Refused`. */
export async function appendEvents(options: AppendOptions): Promise<FaultReport> {
  const { faults, now, actor, decide, tell } = options;
  const nobody = actorFault(actor.name);
  if (nobody) throw new Refused([nobody]);
  for (let attempt = 0; attempt < patience; attempt += 1) {
    const number = options.number ?? (await faults.latest()) + 1;
    const events = options.number === null ? [] : await faults.events(number);
    const before = foldReport(events);
    if (options.number !== null && before === null) throw noSuchReport(`F${number}`);
    const decided = await decide(before, number);
    if (isRefusal(decided)) throw new Refused(decided);
    if (decided.length === 0 && before) return before;
    const named = { name: actor.name.trim(), side: actor.side };
    const occurrences: Occurrence[] = [];
    const all = [...events];
    for (const action of decided) {
      const last = all.at(-1);
      const open = {
        ...{ report: number, seq: all.length + 1, at: now(), actor: named, action },
        previous: last?.hash ?? noHash,
      };
      const event: FaultEvent = { ...open, hash: digestOf(open) };
      all.push(event);
      const report = foldReport(all);
      if (!report) throw new Error('a report begins with its filing');
      occurrences.push({ event, report });
    }
    const report = occurrences.at(-1)?.report;
    if (!report) throw new Error('nothing was decided on a new report');
    const stored = await faults.append({
      events: occurrences.map(({ event }) => event),
      head: headOfReport(report),
      outbox: await tell(occurrences),
    });
    if (stored === 'stored') return report;
  }
  throw new Error('the report moved each time that something was to be appended');
}

export const noSuchReport = (id: string): Refused =>
  new Refused([
    refuse('id', `is no report: ${JSON.stringify(id)}`, 'F and a number, as the list gives it', [
      'no-such',
      id,
    ]),
  ]);

export function headOfReport(report: FaultReport): FaultHead {
  const { number, customer, path, service, state, incident, owner, filedAt, updatedAt } = report;
  return {
    ...{ number, customer, path, service, state, incident, owner, filedAt, updatedAt },
    sameness: samenessOf(report),
  };
}

const isRefusal = (decided: readonly (FaultAction | Refusal)[]): decided is readonly Refusal[] =>
  decided.some((each) => 'field' in each);
