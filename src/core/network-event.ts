import type { EpochMs, PathId, PopId } from './types.js';

/** Events of the network that the operator can be notified of as they happen. */
export const networkEventNames = [
  'outage.opened',
  'outage.closed',
  'path.severe',
  'path.recovered',
  'month.budget',
] as const;
export type NetworkEventName = (typeof networkEventNames)[number];

/** Approved maintenance, as a message names it. */
export interface MaintenanceWindow {
  /** The id of its exclusion. */
  readonly id: string;
  /** What it covers: PoPs and paths, or everything. */
  readonly scope: 'all' | readonly string[];
  readonly from: EpochMs;
  readonly to: EpochMs;
}

interface OutageEvent {
  readonly event: 'outage.opened' | 'outage.closed';
  readonly port: PopId;
  readonly from: EpochMs;
  /** Null while it lasts. */
  readonly to: EpochMs | null;
}

interface PathEvent {
  readonly event: 'path.severe' | 'path.recovered';
  readonly path: PathId;
  /** The due instant of the round that says so. */
  readonly slot: EpochMs;
}

interface BudgetEvent {
  readonly event: 'month.budget';
  readonly service: string;
  /** The start of the service's period of the month. */
  readonly periodStart: EpochMs;
  /** The share of the month's allowed outage that is used at least, in percent: 50, 75 or 100. */
  readonly usedPercent: number;
}

export type NetworkEvent = (OutageEvent | PathEvent | BudgetEvent) & {
  /** When it was noticed. */
  readonly at: EpochMs;
  /** The maintenance that went on anywhere since it began; absent: there was none. */
  readonly maintenance?: readonly MaintenanceWindow[];
};

/** The same for both ends of one thing: the outage, the spell of severe rounds. */
export function subjectOf(event: NetworkEvent): string {
  switch (event.event) {
    case 'outage.opened':
    case 'outage.closed':
      return `outage:${event.port}:${event.from}`;
    case 'path.severe':
    case 'path.recovered':
      return `path:${event.path}`;
    case 'month.budget':
      return `budget:${event.service}:${event.periodStart}`;
  }
}

/** The same for every attempt to tell of the event, after a restart too. */
export function keyOf(event: NetworkEvent): string {
  switch (event.event) {
    case 'outage.opened':
    case 'outage.closed':
      return `${subjectOf(event)}:${event.event}`;
    case 'path.severe':
    case 'path.recovered':
      return `${subjectOf(event)}:${event.event}:${event.slot}`;
    case 'month.budget':
      return `${subjectOf(event)}:${event.usedPercent}`;
  }
}

/** What the event is about: a PoP, a path or a service. */
export const aboutOf = (event: NetworkEvent): string =>
  'port' in event ? event.port : 'path' in event ? event.path : event.service;

/** When what the event tells of began. */
export function beganAt(event: NetworkEvent): EpochMs {
  if ('port' in event) return event.from;
  return 'path' in event ? event.slot : event.at;
}

/** Those that end what an earlier one began. */
export const endEvents = ['outage.closed', 'path.recovered'] as const satisfies readonly NetworkEventName[];

export const isEnd = ({ event }: NetworkEvent): boolean => endEvents.some((one) => one === event);

/** What was told and goes on: the latest of its kind about a port, a path or a service. */
export interface ToldEvent {
  readonly event: 'outage.opened' | 'path.severe' | 'month.budget';
  readonly about: string;
  /** Of an outage and a round; of a budget the start of its period. */
  readonly began: EpochMs;
  /** Of a budget: the share that was told, in percent. */
  readonly used: number | null;
}

/** What goes on once the event is told; `ended`: what it told of is over. */
export function toldOf(event: NetworkEvent): ToldEvent & { readonly ended: boolean } {
  const about = aboutOf(event);
  const ended = isEnd(event);
  if ('port' in event) return { event: 'outage.opened', about, began: event.from, used: null, ended };
  if ('path' in event) return { event: 'path.severe', about, began: event.slot, used: null, ended };
  return { event: 'month.budget', about, began: event.periodStart, used: event.usedPercent, ended };
}
