/** What the rules depend on: the mesh's own intervals, and the name of the scrape job. */
export interface RuleSettings {
  /** The interval between two rounds of a path, milliseconds. */
  readonly everyMs: number;
  /** How long after it was due a round can start, milliseconds. */
  readonly spreadMs: number;
  /** How long a round takes, milliseconds. */
  readonly roundMs: number;
  /** The `job` label of the daemons. */
  readonly job: string;
}

/** The contract's intervals, and the job's name in the shipped examples. */
export const shippedSettings: RuleSettings = {
  everyMs: 30 * 60_000,
  spreadMs: 5 * 60_000,
  roundMs: 103_000,
  job: 'pop-sla',
};

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

/**
 * What an alert is about. Alertmanager groups by it: `reach` (a PoP or its port), `path`, `service` (budgets and
 * credits), `observer` (what is not measured), `daemon` (this program's own health), `mesh`, `people`.
 */
type Cause = 'reach' | 'path' | 'service' | 'observer' | 'daemon' | 'mesh' | 'people';

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly severity: 'critical' | 'warning';
  readonly cause: Cause;
  readonly summary: string;
  readonly description: string;
}

export interface RuleGroup<R> {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly R[];
}

/** Milliseconds as Prometheus writes a duration, rounded up to a whole minute, or to a second below one. */
export function promDuration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.ceil(seconds / 60)}m`;
}

/** Until when the round after this one has ended: a figure that has lasted longer is that of two rounds in a row. */
export const twoRounds = ({ everyMs, spreadMs, roundMs }: RuleSettings): string =>
  promDuration(everyMs + spreadMs + roundMs);

/** Within this time after a slot all of its rounds have ended. */
export const allRounds = ({ spreadMs, roundMs }: RuleSettings): string =>
  promDuration(spreadMs + roundMs + 60_000);

/** A path's series with its ends as labels: `pop` is where it leads, `source` where it starts. */
export const withEnds = (expr: string): string =>
  `label_replace(label_replace(${expr}, "source", "$1", "path", "(.+)>.+"), "pop", "$1", "path", ".+>(.+)")`;

/** An expression over several lines, without the indentation that it has in the source. */
export const lines = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replace(/^ {4}/, ''))
    .join('\n')
    .trim();
