import type { Series } from './cases.js';

/** What a series is from a minute on; null: it is absent. A number after `rise` is added each minute. */
export type Point = readonly [minute: number, value: number | null, rise?: number];

/** Points as promtool writes the values of a series. */
export function valuesOf(points: readonly Point[], minutes: number, stepSeconds: number): string {
  const stepMinutes = stepSeconds / 60;
  const at = (minute: number): number => Math.round(minute / stepMinutes);
  return points
    .map(([minute, value, rise = 0], index) => {
      const count = at(points[index + 1]?.[0] ?? minutes) - at(minute);
      if (count <= 0) return '';
      if (value === null) return `stale${count > 1 ? ` _x${count - 1}` : ''}`;
      return rise === 0
        ? `${value}x${count - 1}`
        : `${value}${rise < 0 ? '' : '+'}${rise * stepMinutes}x${count - 1}`;
    })
    .join(' ')
    .trim();
}

const pops = 50;
export const popId = (n: number): string => `P${String(n).padStart(2, '0')}`;
export const allPops = Array.from({ length: pops }, (_, n) => popId(n));
export const everyMs = 1_800_000;

type Labels = Readonly<Record<string, string>>;

/**
 * The series of a mesh of 50 agents with a hub, all well, that a situation changes. Slots are due at minute 0, 30, 60 …;
 * a round of a path ends between 2 and 7 minutes later.
 */
export class MeshSeries {
  readonly #series = new Map<string, readonly Point[]>();

  set(name: string, labels: Labels, ...points: readonly Point[]): void {
    const text = Object.entries(labels)
      .map(([key, value]) => `${key}="${value}"`)
      .join(',');
    this.#series.set(`${name}{${text}}`, points);
  }

  /** Sets what a daemon says; `instance` is the PoP, or `hub`. */
  own(instance: string, name: string, labels: Labels, ...points: readonly Point[]): void {
    this.set(`pop_sla_${name}`, { ...at(instance), ...labels }, ...points);
  }

  /** Every series of a daemon that begins with `prefix`, from `from` to `to` minutes absent. */
  vanish(instance: string, from: number, to: number): void {
    const mark = `instance="${instance}:9720"`;
    for (const [name, points] of this.#series) {
      if (!name.includes(mark) || name.startsWith('up{')) continue;
      const before = points.filter(([minute]) => minute < from);
      const after = points.filter(([minute]) => minute >= to);
      const last = points.filter(([minute]) => minute <= to).at(-1);
      const [, value, rise] = last ?? [0, 0];
      const back: readonly Point[] = after[0]?.[0] === to ? [] : [[to, value, rise ?? 0]];
      this.#series.set(name, [...before, [from, null], ...back, ...after]);
    }
  }

  text(minutes: number, stepSeconds: number): Series {
    return Object.fromEntries(
      [...this.#series].map(([name, points]) => [name, valuesOf(points, minutes, stepSeconds)]),
    );
  }

  /** A path's latest round: its loss and bands from a slot's minute on. `how` null: no figures. */
  path(
    id: string,
    ...how: readonly (readonly [slot: number, is: 'well' | 'slow' | 'severe' | 'lossy' | 'dead'])[]
  ): void {
    const [source = ''] = id.split('>');
    const all = how.map(([slot, is]) => [slot === 0 ? 0 : slot + roundEnds(id), is] as const);
    const states = ['well', 'slow', 'severe', 'lossy', 'dead'] as const;
    const points = (of: Readonly<Record<(typeof states)[number], number | null>>): Point[] =>
      all.map(([minute, is]) => [minute, of[is]]);
    const put = (name: string, labels: Labels, of: Parameters<typeof points>[0]): void => {
      this.own(source, name, { path: id, window: 'round', ...labels }, ...points(of));
    };
    put('loss_ratio', {}, { well: 0, slow: 0, severe: 0, lossy: 0.05, dead: 1 });
    const band = (name: string, level: string, on: readonly string[]): void => {
      const of = Object.fromEntries(states.map((state) => [state, on.includes(state) ? 1 : null]));
      const metric = name.startsWith('loss') ? 'loss_band' : 'latency_band';
      const bandName = name.slice(name.indexOf(' ') + 1);
      if (on.some((state) => how.some(([, is]) => is === state)))
        put(metric, { band: bandName, level }, of as Parameters<typeof points>[0]);
    };
    band('latency decline', '1', ['slow']);
    band('latency severe', '3', ['severe']);
    band('loss decline', '1', ['lossy', 'dead']);
  }

  /** What every other PoP sees of a port. */
  port(port: string, points: readonly Point[], observers: readonly string[] = allPops): void {
    for (const observer of observers)
      if (observer !== port) this.own(observer, 'port_up', { port }, ...points);
  }
}

export const at = (instance: string): Labels => ({ job: 'pop-sla', instance: `${instance}:9720` });

/** Minutes after its slot at which a path's round has ended: 2 to 7, spread over the paths. */
const roundEnds = (path: string): number =>
  2 + (Array.from(path).reduce((sum, char) => sum * 31 + char.charCodeAt(0), 7) % 10) / 2;

/** A mesh that is well. Without `paths` only what the daemons say of themselves. */
export function wellMesh(
  options: { readonly network?: boolean; readonly services?: number; readonly pops?: readonly string[] } = {},
): MeshSeries {
  const { pops: all = allPops } = options;
  const mesh = new MeshSeries();
  for (const instance of [...all, 'hub']) {
    mesh.set('up', at(instance), [0, 1]);
    mesh.own(instance, 'agent_info', { pop: instance, role: instance === 'hub' ? 'hub' : 'agent' }, [0, 1]);
    mesh.own(instance, 'observer_isolated', {}, [0, 0]);
    mesh.own(instance, 'daemon_store_writable', {}, [0, 1]);
    mesh.own(instance, 'daemon_clock_synchronised', {}, [0, 1]);
    mesh.own(instance, 'daemon_clock_offset_seconds', {}, [0, 0.001]);
    mesh.own(instance, 'daemon_config_last_reload_successful', {}, [0, 1]);
    mesh.own(instance, 'daemon_disk_free_bytes', {}, [0, 60e9]);
    mesh.own(instance, 'daemon_disk_size_bytes', {}, [0, 100e9]);
    mesh.own(instance, 'missed_slots_total', { reason: 'stopped' }, [0, 0]);
    mesh.own(instance, 'rounds_total', { status: 'ok' }, [0, 0, 49 / 30]);
    mesh.own(instance, 'rounds_total', { status: 'invalid' }, [0, 0]);
  }
  for (const agent of all) mesh.own('hub', 'mesh_agent_state', { agent, state: 'in-order' }, [0, 1]);
  mesh.own('hub', 'mesh_dead_letters', {}, [0, 0]);
  mesh.own('hub', 'month_unsealed_seconds', {}, [0, 0]);
  mesh.own('hub', 'fault_reports_overdue', {}, [0, 0]);
  mesh.own('hub', 'daemon_standing_timestamp_seconds', {}, [0, 0, 60]);
  if (options.network !== true) return mesh;
  for (const [n, source] of allPops.entries())
    for (const step of neighbours) {
      const destination = popId((n + step + pops) % pops);
      mesh.path(`${source}>${destination}`, [0, 'well']);
      mesh.own(source, 'port_up', { port: destination }, [0, 1]);
    }
  for (let n = 0; n < (options.services ?? 0); n += 1)
    service(mesh, `s${n}`, popId(n % pops), 99.9, [[0, 0]]);
  return mesh;
}

/**
 * Promtool's engine is slow with the 2,450 paths of a full mesh: each PoP has its nearest eight, and those that a
 * situation adds.
 */
const neighbours = [-4, -3, -2, -1, 1, 2, 3, 4];

const monthSeconds = 30 * 86_400;

/** A service on a line that ends on a port, in a month that has begun `day` days ago; outage in seconds. */
export function service(
  mesh: MeshSeries,
  id: string,
  port: string,
  commitment: number,
  outage: readonly Point[],
  day = 5,
): void {
  const allowed = (1 - commitment / 100) * monthSeconds;
  const of = (name: string, ...points: readonly Point[]): void => {
    mesh.own('hub', `service_${name}`, { service: id }, ...points);
  };
  of('availability_commitment_ratio', [0, commitment / 100]);
  of('outage_seconds', ...outage);
  of('outage_allowed_seconds', [0, allowed]);
  of(
    'next_step_seconds',
    ...outage.map(([minute, value, rise = 0]): Point => [minute, allowed - (value ?? 0), -rise]),
  );
  // promtool's time begins at 0.
  of('period_start_timestamp_seconds', [0, -day * 86_400]);
  of('period_end_timestamp_seconds', [0, monthSeconds - day * 86_400]);
  mesh.own('hub', 'line_availability_ratio', { service: id, line: `l-${id}`, port }, [0, 1]);
}
