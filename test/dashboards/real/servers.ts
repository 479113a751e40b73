import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { promFolder, ruleFile } from '../files.js';
import { freePort } from '../../support/free-port.js';

export interface Server {
  readonly url: string;
  stop(): Promise<void>;
  /** What it wrote last. */
  said(): string;
}

/** A program that listens at a free port of loopback. */
async function serve(command: string, args: (address: string) => readonly string[]): Promise<Server> {
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(command, args(address), { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4_000)));
  const ended = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      said += String(error);
      resolve();
    });
    child.on('close', () => {
      resolve();
    });
  });
  return {
    url: `http://${address}`,
    said: () => said,
    stop: async () => {
      child.kill('SIGTERM');
      const last = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(last);
    },
  };
}

interface Route {
  readonly group_by?: readonly string[];
  readonly routes?: readonly Route[];
}

interface AlertmanagerOptions {
  /** How long a minute of the shipped configuration takes, milliseconds. */
  readonly minuteMs: number;
  /** Where notifications go; none: nowhere. */
  readonly webhook?: string;
  /** A label that groups and inhibitions keep apart beside what the configuration says. */
  readonly groupBy?: string;
}

/** An Alertmanager by the shipped configuration, with all of its durations shortened alike. */
export function startAlertmanager(
  folder: string,
  { minuteMs, webhook, groupBy }: AlertmanagerOptions,
): Promise<Server> {
  interface Shipped {
    route: Route;
    inhibit_rules: { equal?: string[] }[];
    receivers: { name: string }[];
  }
  const shipped = parse(readFileSync(join(promFolder, 'alertmanager.yaml'), 'utf8')) as Shipped;
  const extra = groupBy === undefined ? [] : [groupBy];
  const msOf = { s: minuteMs / 60, m: minuteMs, h: 60 * minuteMs, d: 1440 * minuteMs } as const;
  const shorter = (route: Route): Route =>
    Object.fromEntries(
      Object.entries(route).map(([key, value]: [string, unknown]) => {
        if (key === 'routes') return [key, (value as Route[]).map(shorter)];
        if (key === 'group_by') return [key, [...(value as string[]), ...extra]];
        const [, count, unit] = /^(\d+)([smhd])$/.exec(String(value)) ?? [];
        if (unit === undefined) return [key, value];
        return [key, `${Math.max(1, Math.round(Number(count) * msOf[unit as keyof typeof msOf]))}ms`];
      }),
    );
  const config = {
    route: shorter(shipped.route),
    inhibit_rules: shipped.inhibit_rules.map((rule) => ({
      ...rule,
      equal: [...(rule.equal ?? []), ...extra],
    })),
    receivers: shipped.receivers.map(({ name }) => ({
      name,
      ...(webhook !== undefined && { webhook_configs: [{ url: webhook, send_resolved: false }] }),
    })),
  };
  const file = join(folder, 'alertmanager.json');
  writeFileSync(file, JSON.stringify(config));
  return serve('prometheus-alertmanager', (address) => [
    `--config.file=${file}`,
    `--storage.path=${join(folder, 'alertmanager')}`,
    `--web.listen-address=${address}`,
    '--cluster.listen-address=',
  ]);
}

/** Prometheus by the shipped configuration and rules, with seconds in place of its intervals. */
export function startPrometheus(
  folder: string,
  targets: { daemon: string; alertmanager: string },
): Promise<Server> {
  const config = parse(readFileSync(join(promFolder, 'prometheus.yaml'), 'utf8')) as {
    global: object;
    rule_files: string[];
    alerting: { alertmanagers: object[] };
    scrape_configs: { static_configs: object[] }[];
  };
  Object.assign(config.global, { scrape_interval: '1s', evaluation_interval: '1s' });
  config.rule_files = ['recording', 'alerts'].map((name) => {
    const copy = join(folder, `${name}.json`);
    const groups = ruleFile(name).groups.map(({ name: group, rules }) => ({ name: group, rules }));
    writeFileSync(copy, JSON.stringify({ groups }));
    return copy;
  });
  const host = (url: string): string => new URL(url).host;
  config.alerting.alertmanagers = [{ static_configs: [{ targets: [host(targets.alertmanager)] }] }];
  for (const scrape of config.scrape_configs) scrape.static_configs = [{ targets: [host(targets.daemon)] }];
  const file = join(folder, 'prometheus.json');
  writeFileSync(file, JSON.stringify(config));
  mkdirSync(join(folder, 'prometheus'));
  return serve('prometheus', (address) => [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'prometheus')}`,
    `--web.listen-address=${address}`,
  ]);
}

/** A Prometheus that scrapes nothing, over blocks that are there; a value is looked for as far back as `lookback`. */
export function startPrometheusOver(folder: string, blocks: string, lookback: string): Promise<Server> {
  const file = join(folder, 'prometheus-over.json');
  writeFileSync(file, '{}');
  return serve('prometheus', (address) => [
    `--config.file=${file}`,
    `--storage.tsdb.path=${blocks}`,
    '--storage.tsdb.retention.time=100y',
    `--query.lookback-delta=${lookback}`,
    `--web.listen-address=${address}`,
  ]);
}
