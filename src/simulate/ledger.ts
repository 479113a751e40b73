import { type Chance, chanceOf, type PortDown } from './scenario/backbone.js';
import type { Scenario } from './scenario/scenario.js';
import type { Config } from '../config/config.js';
import type { ExclusionText } from '../core/ledger/actions.js';
import type { Interval } from '../core/time/intervals.js';
import type { EpochMs } from '../core/types.js';
import type { Store } from '../store/store.js';
import { createLedgerService } from '../services/ledger/service.js';

interface SimulatedLedger {
  readonly scenario: Scenario;
  readonly config: Config;
  readonly store: Pick<Store, 'ledger' | 'watch' | 'attachments'>;
}

const hour = 3_600_000;
const day = 24 * hour;

const planner = 'Wing Chan (planning)';
const manager = 'Marta Lind (duty manager)';
const engineer = 'Ravi Nair (network operations)';

/** What is told, and when by whom it is decided. */
interface Proposal {
  readonly at: EpochMs;
  readonly actor: string;
  readonly text: ExclusionText;
  readonly decision: 'approve' | 'reject' | null;
}

/** What people enter meanwhile, in its order and through the desk: maintenance that was told, excuses, a correction. */
export async function playLedger({ scenario, config, store }: SimulatedLedger): Promise<void> {
  const { period } = scenario.history;
  let now = period.from;
  const desk = createLedgerService({ store, config: () => config, now: () => now });
  const proposals = proposalsOf(scenario, config).sort((a, b) => a.at - b.at);
  const decisions: { at: EpochMs; id: string; decision: 'approve' | 'reject' }[] = [];
  const decideUntil = async (until: EpochMs): Promise<void> => {
    decisions.sort((a, b) => a.at - b.at);
    for (let next = decisions[0]; next && next.at <= until; next = decisions[0]) {
      decisions.shift();
      now = next.at;
      const why = next.decision === 'reject' ? 'the work was put off' : null;
      await desk.decide(manager, next.decision, next.id, why);
    }
  };
  for (const { at, actor, text, decision } of proposals) {
    if (at >= period.to) break;
    await decideUntil(at);
    now = at;
    const [entered] = await desk.propose(actor, [text]);
    const decideAt = at + 20 * hour;
    if (entered && decision && decideAt < period.to)
      decisions.push({ at: decideAt, id: entered.id, decision });
  }
  await decideUntil(period.to);
  now = period.to;
  await correctOne(desk, scenario);
}

function proposalsOf({ backbone, history }: Scenario, config: Config): Proposal[] {
  const chance = chanceOf(backbone.seed, 'ledger');
  const planned = history.maintenance.map(({ pop, window }, index): Proposal => {
    const at = window.from - 7 * day - chance.whole(1, 9) * hour;
    const text = textOf('planned-maintenance', [pop], window, 'Software of the access routers', at);
    // The last one told is left for whoever tries out the ledger.
    return {
      at,
      actor: planner,
      text,
      decision: index === history.maintenance.length - 1 ? null : 'approve',
    };
  });
  return [...planned, ...putOff(history.maintenance[0]), ...unplanned(history, chance, config)];
}

/** A window that was told and then not used. */
function putOff(first: Scenario['history']['maintenance'][number] | undefined): Proposal[] {
  if (!first) return [];
  const window = { from: first.window.from - day, to: first.window.to - day };
  const at = first.window.from - 9 * day;
  const text = textOf('planned-maintenance', [first.pop], window, 'Software of the access routers', at);
  return [{ at, actor: planner, text, decision: 'reject' }];
}

/** Some of the longer outages turn out to be nobody's fault, or not the carrier's. */
function unplanned(
  { happenings, maintenance }: Scenario['history'],
  chance: Chance,
  config: Config,
): Proposal[] {
  const windows = maintenance.map(({ pop, window }) => ({ pop, ...window }));
  const excused: PortDown[] = [];
  return happenings.flatMap((one): Proposal[] => {
    if (one.kind !== 'port-down' || one.to - one.from < 10 * 60_000) return [];
    const same = [...windows, ...excused].some(
      ({ pop, from, to }) => pop === one.pop && from <= one.to && one.from <= to,
    );
    if (same || chance.share() > 0.4) return [];
    excused.push(one);
    const at = one.to + chance.whole(2, 30) * hour;
    const tell = (text: ExclusionText): Proposal => ({ at, actor: engineer, text, decision: 'approve' });
    if (one.to - one.from > 3 * hour) {
      const text = textOf(
        'force-majeure',
        [one.pop],
        one,
        'Flooding of the cable landing station',
        one.to + hour,
      );
      return [tell({ ...text, proof: 'Notice of the port authority, and photographs of the site' })];
    }
    const line = config.book.lines.find(({ pop }) => pop === one.pop);
    if (chance.share() < 0.4 && line) {
      const text = textOf('customer-cause', [], one, 'Power was off in the customer’s own rack', null);
      return [tell({ ...text, scope: { ...nothing, lines: [line.id] } })];
    }
    return [tell(textOf('emergency-maintenance', [one.pop], one, 'A line card was replaced', null))];
  });
}

const nothing = { pops: [], paths: [], lines: [], services: [], customers: [] };

function textOf(
  kind: ExclusionText['kind'],
  pops: readonly string[],
  { from, to }: Interval,
  reason: string,
  noticeAt: EpochMs | null,
): ExclusionText {
  return {
    kind,
    scope: { ...nothing, pops },
    intervals: [{ from, to }],
    recurrence: null,
    reason,
    notices: noticeAt === null ? [] : [{ at: noticeAt, text: 'By mail to every customer at the PoP' }],
    proof: null,
    attachments: [],
    source: null,
  };
}

/** The first outage of a minute or more that the first PoP saw ended a little earlier, by the router's own log. */
async function correctOne(
  desk: ReturnType<typeof createLedgerService>,
  { backbone }: Scenario,
): Promise<void> {
  const observer = backbone.pops[0]?.id;
  const outages = await desk.outages();
  for (const { measured } of outages) {
    if (!measured?.end || measured.voided || measured.observer !== observer) continue;
    const { start, end, port } = measured;
    if (end.at - start.at < 60_000) continue;
    await desk.correct(engineer, {
      of: { observer: measured.observer, port, start: start.at },
      port,
      interval: { from: start.at, to: end.at - 5_000 },
      reason: 'The log of the access router shows the port up earlier',
      evidence: 'Ticket of the operations centre',
      attachments: [],
    });
    return;
  }
}
