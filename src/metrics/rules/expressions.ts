import { allRounds, promDuration, type RuleSettings, twoRounds, withEnds } from './rule.js';

export type AlertExpressions = ReturnType<typeof alertExpressions>;

/** Expressions that several alerts are made of, for the intervals of one mesh. */
export function alertExpressions(settings: RuleSettings) {
  const { job, everyMs, spreadMs, roundMs } = settings;
  const two = twoRounds(settings);
  const all = allRounds(settings);
  /** A round that met a port's outage is the latest one for so long. */
  const spoiled = promDuration(everyMs + spreadMs + 2 * roundMs + 60_000);
  const fourRounds = promDuration(4 * everyMs);
  const quarterOfDay = Math.max(1, Math.floor(86_400_000 / everyMs / 4));
  const hundredthOfMonth = Math.max(1, Math.floor((30 * 86_400_000) / everyMs / 100));

  const portDown = (window: string): string =>
    `(max_over_time(pop:pop_sla_port_down:ratio[${window}]) > 0.5)`;
  const maintained = (window: string): string => `max_over_time(pop:pop_sla_maintenance:active[${window}])`;
  const atSource = (expr: string): string => `label_replace(${expr}, "source", "$1", "pop", "(.+)")`;
  /** Left out: what an outage of the PoP's port or maintenance there explains. */
  const unlessPop = (window: string): string =>
    `unless on (pop) ${portDown(window)}\n  unless on (pop) ${maintained(window)}`;
  /** Left out of paths: what either end explains, or maintenance of the path itself. */
  const unlessEnds = [
    unlessPop(spoiled),
    `  unless on (source) ${atSource(portDown(spoiled))}`,
    `  unless on (source) ${atSource(maintained(spoiled))}`,
    `  unless on (pop) (pop:pop_sla_lost_to:ratio > 0.5)`,
    `  unless on (source) ${atSource('(pop:pop_sla_lost_from:ratio > 0.5)')}`,
    `  unless on (path) max_over_time(pop_sla_maintenance_active{path!=""}[${spoiled}])`,
  ].join('\n');
  const info = 'instance:pop_sla_agent:info';
  /** A daemon's series with the PoP that it stands in as a label, where that is known. */
  const withPop = (expr: string): string =>
    `(\n  (${expr}) * on (job, instance) group_left (pop) ${info}\n  or (${expr}) unless on (job, instance) ${info}\n)`;
  const isDown = `up{job="${job}"} == 0`;
  const band = (metric: 'latency' | 'loss', which: string): string =>
    withEnds(`max by (path) (pop_sla_${metric}_band{window="round",${which}})`);

  return {
    job,
    two,
    all,
    spoiled,
    fourRounds,
    quarterOfDay,
    hundredthOfMonth,
    unlessPop,
    unlessEnds,
    info,
    withPop,
    isDown,
    band,
  };
}
