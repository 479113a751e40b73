import { formatHalfUp, multiply, ratio, type Rational, roundHalfUp } from '../core/number.js';
import {
  type MeshStanding,
  type PathStanding,
  type QualityTerms,
  type WindowKind,
  windowKinds,
  type WindowStanding,
} from '../core/standing.js';
import type { PathId, PopId } from '../core/types.js';
import { isoInstant } from './figures.js';
import { tableLines } from './table.js';

/** What is shown of an agent; `seen` null: it has never said anything. */
export interface AgentShown {
  readonly agent: string;
  readonly state: string;
  readonly seen: {
    readonly seenAt: number;
    readonly status: {
      readonly version: string;
      readonly at: number;
      readonly paths: number;
      readonly config: {
        readonly inForce: { readonly revision: number } | null;
        readonly refused: { readonly revision: number; readonly why: string } | null;
      };
      readonly clock: {
        readonly offsetMs: number;
        readonly errorMs: number;
        readonly suspect: boolean;
      } | null;
      readonly backlog: { readonly rows: number; readonly oldestAt: number | null } | null;
    };
  } | null;
}

export interface AgentsShown {
  /** Of the mesh that is published; null: none is. */
  readonly revision: number | null;
  readonly agents: readonly AgentShown[];
}

export function agentsJson({ revision, agents }: AgentsShown): object {
  return { revision, agents: agents.map(agentJson) };
}

function agentJson({ agent, state, seen }: AgentShown): object {
  if (seen === null) {
    const nothing = { version: null, paths: null, config: null, clock: null, backlog: null };
    return { agent, state, lastSeen: null, ...nothing };
  }
  const { version, paths, config, clock, backlog, at } = seen.status;
  return {
    agent,
    state,
    lastSeen: isoInstant(seen.seenAt),
    version,
    paths,
    config: { revision: config.inForce?.revision ?? null, refused: config.refused },
    clock: clock && {
      offsetMs: Math.round(clock.offsetMs),
      errorMs: Math.ceil(clock.errorMs),
      suspect: clock.suspect,
    },
    backlog: backlog && {
      rows: backlog.rows,
      oldest: backlog.oldestAt === null ? null : isoInstant(backlog.oldestAt),
      oldestAgeMs: backlog.oldestAt === null ? null : Math.max(0, at - backlog.oldestAt),
    },
  };
}

/** A list of targets as Prometheus takes it over HTTP or from a file, one an agent. */
export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

interface TargetOf {
  readonly agent: PopId;
  /** An IP address or a name. */
  readonly address: string;
  readonly region: string | null;
}

/** `port`: what the agents serve `/metrics` on. */
export const prometheusTargets = (agents: readonly TargetOf[], port: number): TargetGroup[] =>
  agents.map(({ agent, address, region }) => ({
    targets: [`${address.includes(':') ? `[${address}]` : address}:${port}`],
    labels: {
      __meta_pop_sla_agent: agent,
      ...(region !== null && { __meta_pop_sla_region: region }),
    },
  }));

/** A line an agent, and below what of it needs words. */
export function agentsTable({ revision, agents }: AgentsShown, now: number): string {
  const published =
    revision === null ? 'no mesh is published' : `the mesh is published as revision ${revision}`;
  if (agents.length === 0) return `${published}; no agents\n`;
  const rows = agents.map(({ agent, state, seen }) => {
    if (seen === null) return [agent, state, '-', '-', '-', '-', '-', '-'];
    const { version, config, clock, backlog, at, paths } = seen.status;
    const running = config.inForce === null ? 'own file' : String(config.inForce.revision);
    return [
      ...[agent, state, version, String(paths), running],
      ...[backlog === null ? '-' : backlogText(backlog, at), clock === null ? '-' : clockText(clock)],
      `${seconds(Math.max(0, now - seen.seenAt))} ago`,
    ];
  });
  const right = (head: string) => ({ head, align: 'right' as const });
  const columns = [
    ...[{ head: 'AGENT' }, { head: 'STATE' }, { head: 'VERSION' }, right('PATHS'), right('CONFIG')],
    ...[right('BACKLOG'), right('CLOCK'), right('LAST SEEN')],
  ];
  const refused = agents.flatMap(({ agent, seen }) => {
    const fault = seen?.status.config.refused;
    return fault ? [`${agent} refuses revision ${fault.revision}: ${fault.why.replaceAll('\n', '; ')}`] : [];
  });
  return `${[...tableLines(columns, rows), '', published, ...refused].join('\n')}\n`;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;

const backlogText = (
  { rows, oldestAt }: { readonly rows: number; readonly oldestAt: number | null },
  at: number,
): string =>
  oldestAt === null ? `${rows} rows` : `${rows} rows, ${seconds(Math.max(0, at - oldestAt))} old`;

function clockText({ offsetMs, errorMs }: { readonly offsetMs: number; readonly errorMs: number }): string {
  return `${offsetMs < 0 ? '-' : '+'}${(Math.abs(offsetMs) / 1000).toFixed(3)} s ± ${(errorMs / 1000).toFixed(3)} s`;
}

/** What is shown of a message that no hub took. */
export interface DeadShown {
  readonly number: number;
  readonly at: number;
  readonly reason: string;
  readonly why: string;
  readonly subject: string;
  readonly sequence: number;
  readonly body: Uint8Array;
}

export const deadJson = ({ body, at, ...letter }: DeadShown): object => ({
  ...letter,
  at: isoInstant(at),
  bytes: body.length,
});

export function deadTable(letters: readonly DeadShown[]): string {
  if (letters.length === 0) return 'no dead letters\n';
  const rows = letters.map(({ number, at, subject, reason, why, body }) => [
    ...[String(number), isoInstant(at), subject, String(body.length), reason, why],
  ]);
  const columns = [
    ...[{ head: 'NUMBER', align: 'right' as const }, { head: 'SINCE' }, { head: 'SUBJECT' }],
    ...[{ head: 'BYTES', align: 'right' as const }, { head: 'REASON' }, { head: 'WHY' }],
  ];
  return `${tableLines(columns, rows).join('\n')}\n`;
}

interface ShownPop {
  readonly id: PopId;
  readonly name: string;
  readonly region: string | null;
}

interface MeshView {
  readonly mesh: MeshStanding;
  /** Those that are shown, in their order. */
  readonly pops: readonly ShownPop[];
  /** The paths that are shown. */
  readonly paths: readonly PathId[];
  readonly everyMs: number;
}

/** A window of every path, a column for each figure; null: none, or the path is not judged yet. */
interface MeshColumns {
  readonly latencyBand: readonly (string | null)[];
  readonly lossBand: readonly (string | null)[];
  readonly latencyUs: readonly (number | null)[];
  readonly lossPpm: readonly (number | null)[];
  readonly excessPercent: readonly (string | null)[];
  /** Rounds; 0 of some due: it was not measured. */
  readonly held: readonly (number | null)[];
  readonly due: readonly (number | null)[];
}

export interface MeshJson {
  readonly judgedAt: string | null;
  readonly everyMs: number;
  readonly pops: readonly ShownPop[];
  /** The bands of each plan that judges one of the paths, from the best to the worst. */
  readonly plans: readonly { readonly id: string; readonly latency: string[]; readonly loss: string[] }[];
  readonly paths: readonly PathId[];
  readonly plan: readonly (string | null)[];
  readonly commitmentUs: readonly (number | null)[];
  /** The newest slot that had its time. */
  readonly slot: readonly (string | null)[];
  readonly windows: Readonly<Record<WindowKind, MeshColumns>>;
}

const whole = (value: Rational | null): number | null => value && Number(roundHalfUp(value));

/** What of a standing a window is. */
const windowOf: Readonly<Record<WindowKind, (of: PathStanding) => WindowStanding>> = {
  round: ({ round }) => round,
  'last-24h': ({ day }) => day,
  'month-to-date': ({ month }) => month,
};

/** The mesh in columns: the n-th of each belongs to the n-th path. */
export function meshJson({ mesh, pops, paths, everyMs }: MeshView): MeshJson {
  const standings = paths.map((path) => mesh.paths.get(path) ?? null);
  // What others are judged by is a contract of theirs.
  const judging = new Set(standings.map((of) => of?.plan));
  return {
    judgedAt: mesh.judgedAt === null ? null : isoInstant(mesh.judgedAt),
    everyMs,
    pops: pops.map(({ id, name, region }) => ({ id, name, region })),
    plans: mesh.terms.filter(({ plan }) => judging.has(plan)).map(bandsOf),
    paths,
    plan: standings.map((of) => of?.plan ?? null),
    commitmentUs: standings.map((of) => whole(of?.commitmentUs ?? null)),
    slot: standings.map((of) => of && isoInstant(of.round.from)),
    windows: Object.fromEntries(
      windowKinds.map((kind) => [kind, columns(standings.map((of) => of && windowOf[kind](of)))]),
    ) as Record<WindowKind, MeshColumns>,
  };
}

const bandsOf = ({ plan, latency, loss }: QualityTerms) => ({
  id: plan,
  latency: latency.bands.map(({ id }) => id),
  loss: loss.bands.map(({ id }) => id),
});

function columns(of: readonly (WindowStanding | null)[]): MeshColumns {
  return {
    latencyBand: of.map((one) => one?.latencyBand?.id ?? null),
    lossBand: of.map((one) => one?.lossBand?.id ?? null),
    latencyUs: of.map((one) => whole(one?.latencyUs ?? null)),
    lossPpm: of.map((one) => whole(one?.loss ? multiply(one.loss, ratio(1_000_000n)) : null)),
    excessPercent: of.map((one) => (one?.excess ? formatHalfUp(one.excess, 1) : null)),
    held: of.map((one) => one?.held ?? null),
    due: of.map((one) => one?.due ?? null),
  };
}
