import { isoInstant } from '../instant.js';
import { tableLines } from '../table.js';

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
    ...{ agent, state, lastSeen: isoInstant(seen.seenAt), version, paths },
    config: { revision: config.inForce?.revision ?? null, refused: config.refused },
    clock: clock && {
      ...{ offsetMs: Math.round(clock.offsetMs), errorMs: Math.ceil(clock.errorMs) },
      suspect: clock.suspect,
    },
    backlog: backlog && {
      rows: backlog.rows,
      oldest: backlog.oldestAt === null ? null : isoInstant(backlog.oldestAt),
      oldestAgeMs: backlog.oldestAt === null ? null : Math.max(0, at - backlog.oldestAt),
    },
  };
}

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
