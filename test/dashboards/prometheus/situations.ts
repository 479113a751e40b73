import { allPops, at, everyMs, type MeshSeries, type Point, popId, service, wellMesh } from './mesh-series.js';

/** Something that happens to a mesh of 50, and how many notifications a NOC wants of it. */
export interface Situation {
  readonly name: string;
  readonly minutes: number;
  readonly stepSeconds: number;
  readonly mesh: () => MeshSeries;
  /** Notifications by the alert that they begin with. */
  readonly wanted: Readonly<Record<string, number>>;
}

const [pop, other] = [popId(7), popId(8)];
const others = allPops.filter((id) => id !== pop);
const network = { network: true } as const;

/** A PoP of which nothing answers from one minute to another. */
function dark(mesh: MeshSeries, id: string, from: number, to: number): void {
  mesh.port(id, [[0, 1], [from, 0], [to, 1]]);
  for (const observer of allPops)
    if (observer !== id)
      mesh.own(observer, 'outages_ended_total', { port: id }, [0, 0], [to, 1]);
  const lost = slotsIn(from, to);
  for (const observer of allPops) {
    if (observer === id || lost === null) continue;
    mesh.path(`${observer}>${id}`, [0, 'well'], [lost[0], 'dead'], [lost[1], 'well']);
  }
  mesh.set('up', at(id), [0, 1], [from, 0], [to, 1]);
  mesh.vanish(id, from, to);
  mesh.own('hub', 'mesh_agent_state', { agent: id, state: 'in-order' }, [0, 1], [from + 1, null], [to + 1, 1]);
  mesh.own('hub', 'mesh_agent_state', { agent: id, state: 'silent' }, [0, null], [from + 1, 1], [to + 1, null]);
}

/** The first slot with the PoP dark, and the first after it; null: no round met it. */
function slotsIn(from: number, to: number): readonly [number, number] | null {
  const every = everyMs / 60_000;
  const first = Math.ceil(from / every) * every;
  return first + 2 > to ? null : [first, Math.ceil(to / every) * every];
}

const plain = { minutes: 120, stepSeconds: 60 } as const;

export const situations: readonly Situation[] = [
  { name: 'two quiet hours', ...plain, mesh: () => wellMesh({ network: true, services: 50 }), wanted: {} },
  {
    name: 'a PoP is dark for 20 minutes, with two services on it',
    minutes: 150,
    stepSeconds: 60,
    mesh: () => {
      const mesh = wellMesh({ network: true, services: 50 });
      dark(mesh, pop, 25, 45);
      for (const id of ['s7', 't7'])
        service(mesh, id, pop, 99.9, [[0, 0], [25, 0, 60], [45, 1200]]);
      return mesh;
    },
    wanted: { PopSlaPortDown: 1 },
  },
  {
    name: 'a PoP is dark for 40 minutes, and 20 services come near a credit step',
    minutes: 150,
    stepSeconds: 60,
    mesh: () => {
      const mesh = wellMesh(network);
      dark(mesh, pop, 25, 65);
      for (let n = 0; n < 20; n += 1)
        service(mesh, `t${n}`, pop, 99.9, [[0, 0], [25, 0, 60], [65, 2400]]);
      return mesh;
    },
    wanted: { PopSlaPortDown: 1, PopSlaNextCreditStepNear: 1 },
  },
  {
    name: 'a port is down for 10 minutes, its daemon answers',
    ...plain,
    mesh: () => {
      const mesh = wellMesh(network);
      mesh.port(pop, [[0, 1], [40, 0], [50, 1]]);
      return mesh;
    },
    wanted: { PopSlaPortDown: 1 },
  },
  {
    name: 'a port flaps: down for 45 s every 3 minutes, for an hour',
    minutes: 120,
    stepSeconds: 15,
    mesh: () => {
      const mesh = wellMesh({ pops: allPops.slice(0, 12) });
      const points: Point[] = [[0, 1]];
      for (let minute = 30; minute < 90; minute += 3) points.push([minute, 0], [minute + 0.75, 1]);
      mesh.port(pop, points);
      for (const observer of others.slice(0, 30))
        mesh.own(observer, 'outages_ended_total', { port: pop }, [0, 0], [30, 0, 1 / 3], [90, 20]);
      return mesh;
    },
    wanted: { PopSlaPortDown: 1 },
  },
  {
    name: 'three outages of 3 s on one port, seen by all',
    ...plain,
    mesh: () => {
      const mesh = wellMesh();
      for (const observer of others) {
        mesh.own(observer, 'outages_ended_total', { port: pop }, [0, 0], [20, 1], [31, 2], [40, 3]);
        mesh.own(observer, 'outages_ended_seconds_total', { port: pop }, [0, 0], [20, 3], [31, 6], [40, 9]);
      }
      return mesh;
    },
    wanted: { PopSlaShortOutages: 1 },
  },
  {
    name: 'one observer of 49 saw an outage of 3 s, another voided one',
    ...plain,
    mesh: () => {
      const mesh = wellMesh(network);
      mesh.own(other, 'outages_ended_total', { port: pop }, [0, 0], [20, 1]);
      mesh.own(popId(9), 'outages_voided_total', { port: pop }, [0, 0], [20, 1]);
      return mesh;
    },
    wanted: {},
  },
  {
    name: 'an observer is cut off for an hour, its port answers others',
    minutes: 240,
    stepSeconds: 120,
    mesh: () => {
      const mesh = wellMesh(network);
      mesh.own(pop, 'observer_isolated', {}, [0, 0], [26, 1], [86, 0]);
      mesh.own(pop, 'rounds_total', { status: 'ok' }, [0, 0, 49 / 30], [25, 40], [85, 40, 49 / 30]);
      mesh.own(pop, 'rounds_total', { status: 'invalid' }, [0, 0], [34, 49], [64, 98]);
      for (const port of others) {
        mesh.own(pop, 'port_up', { port }, [0, 1], [25, null], [85, 1]);
        mesh.own(pop, 'loss_ratio', { path: `${pop}>${port}`, window: 'round' }, [0, 0], [34, null], [94, 0]);
      }
      mesh.own('hub', 'mesh_agent_state', { agent: pop, state: 'silent' }, [0, null], [26, 1], [86, null]);
      return mesh;
    },
    wanted: { PopSlaObserverIsolated: 1 },
  },
  {
    name: 'a firewall at one PoP drops its echoes: it sees every port down and loses every path',
    ...plain,
    mesh: () => {
      const mesh = wellMesh(network);
      for (const port of others) {
        mesh.own(pop, 'port_up', { port }, [0, 1], [25, 0]);
        mesh.path(`${pop}>${port}`, [0, 'well'], [30, 'dead']);
      }
      return mesh;
    },
    wanted: { PopSlaPopDown: 1 },
  },
  {
    name: 'a PoP whose port nobody watches goes dark',
    ...plain,
    mesh: () => {
      const mesh = wellMesh(network);
      for (const observer of others) {
        mesh.own(observer, 'port_up', { port: pop }, [0, null]);
        mesh.path(`${observer}>${pop}`, [0, 'well'], [30, 'dead']);
      }
      return mesh;
    },
    wanted: { PopSlaPopDown: 1 },
  },
  {
    name: 'one path answers nothing, for two rounds',
    minutes: 150,
    stepSeconds: 60,
    mesh: () => {
      const mesh = wellMesh(network);
      mesh.path(`${pop}>${other}`, [0, 'well'], [30, 'dead'], [90, 'well']);
      return mesh;
    },
    wanted: { PopSlaPathDown: 1 },
  },
  {
    name: 'a cable is cut: 600 paths are severely slow on the protection route, for two rounds',
    minutes: 150,
    stepSeconds: 60,
    mesh: () => {
      const mesh = wellMesh(network);
      for (const source of allPops.slice(0, 20))
        for (const destination of allPops.slice(20))
          mesh.path(`${source}>${destination}`, [0, 'well'], [30, 'severe'], [90, 'well']);
      return mesh;
    },
    wanted: { PopSlaLatencySevere: 1 },
  },
  {
    name: 'a part of the backbone with 20 PoPs is cut off for half an hour',
    minutes: 150,
    stepSeconds: 60,
    mesh: () => {
      const mesh = wellMesh(network);
      const [part, rest] = [allPops.slice(0, 20), allPops.slice(20)];
      for (const a of part)
        for (const b of rest) {
          mesh.own(a, 'port_up', { port: b }, [0, 1], [25, 0], [55, 1]);
          mesh.own(b, 'port_up', { port: a }, [0, 1], [25, 0], [55, 1]);
          mesh.path(`${a}>${b}`, [0, 'well'], [30, 'dead'], [60, 'well']);
          mesh.path(`${b}>${a}`, [0, 'well'], [30, 'dead'], [60, 'well']);
        }
      return mesh;
    },
    wanted: { PopSlaManyPortsDown: 1 },
  },
  {
    name: 'a path is slow in one round',
    ...plain,
    mesh: () => {
      const mesh = wellMesh(network);
      mesh.path(`${pop}>${other}`, [0, 'well'], [30, 'slow'], [60, 'well']);
      return mesh;
    },
    wanted: {},
  },
  {
    name: 'ten paths are slow in three rounds',
    minutes: 180,
    stepSeconds: 120,
    mesh: () => {
      const mesh = wellMesh(network);
      for (const destination of allPops.slice(20, 30))
        mesh.path(`${pop}>${destination}`, [0, 'well'], [30, 'slow'], [120, 'well']);
      return mesh;
    },
    wanted: { PopSlaLatencyWorse: 1 },
  },
  {
    name: 'announced maintenance at a PoP, dark for an hour',
    minutes: 180,
    stepSeconds: 120,
    mesh: () => {
      const mesh = wellMesh({ network: true, services: 50 });
      dark(mesh, pop, 26, 86);
      mesh.own('hub', 'maintenance_active', { pop, path: '' }, [0, null], [20, 1], [90, null]);
      return mesh;
    },
    wanted: {},
  },
  {
    name: 'a daemon is restarted for an upgrade, and misses one slot',
    minutes: 150,
    stepSeconds: 60,
    mesh: () => {
      const mesh = wellMesh();
      mesh.set('up', at(pop), [0, 1], [89, 0], [91, 1]);
      mesh.own(pop, 'missed_slots_total', { reason: 'stopped' }, [0, 0], [89, null], [91, 0], [92, 49]);
      mesh.own(pop, 'rounds_total', { status: 'ok' }, [0, 0, 49 / 30], [89, null], [91, 0], [122, 0, 49 / 30]);
      return mesh;
    },
    wanted: {},
  },
  {
    name: 'a daemon has died, its port answers',
    ...plain,
    mesh: () => {
      const mesh = wellMesh(network);
      mesh.set('up', at(pop), [0, 1], [25, 0]);
      mesh.vanish(pop, 25, 120);
      mesh.own('hub', 'mesh_agent_state', { agent: pop, state: 'in-order' }, [0, 1], [26, null]);
      mesh.own('hub', 'mesh_agent_state', { agent: pop, state: 'silent' }, [0, null], [26, 1]);
      return mesh;
    },
    wanted: { PopSlaDaemonDown: 1 },
  },
  {
    name: 'Prometheus reaches no daemon any more',
    minutes: 60,
    stepSeconds: 60,
    mesh: () => {
      const mesh = wellMesh(network);
      for (const instance of [...allPops, 'hub']) {
        mesh.set('up', at(instance), [0, 1], [25, 0]);
        mesh.vanish(instance, 25, 60);
      }
      return mesh;
    },
    wanted: { PopSlaDaemonDown: 1 },
  },
  {
    name: 'the message servers stand still: all agents are silent at the hub',
    ...plain,
    mesh: () => {
      const mesh = wellMesh();
      for (const agent of allPops) {
        mesh.own('hub', 'mesh_agent_state', { agent, state: 'in-order' }, [0, 1], [25, null]);
        mesh.own('hub', 'mesh_agent_state', { agent, state: 'silent' }, [0, null], [25, 1]);
      }
      return mesh;
    },
    wanted: { PopSlaAgentSilent: 1 },
  },
  {
    name: 'an installation on the 17th, agent after agent',
    minutes: 120,
    stepSeconds: 60,
    mesh: () => {
      const mesh = wellMesh();
      for (const [n, agent] of allPops.entries()) {
        mesh.own('hub', 'mesh_agent_state', { agent, state: 'never-seen' }, [0, 1], [5 + n / 2, null]);
        mesh.own('hub', 'mesh_agent_state', { agent, state: 'in-order' }, [0, null], [5 + n / 2, 1]);
        for (const port of allPops.slice(0, 12)) {
          if (agent === port) continue;
          const labels = { path: `${agent}>${port}` };
          mesh.own(agent, 'coverage_ratio', { ...labels, window: 'month' }, [0, 0], [40, 0.01]);
          mesh.own(agent, 'coverage_ratio', { ...labels, window: '24h' }, [0, 0], [40, 0.1]);
          mesh.own(agent, 'month_rounds_missing', labels, [0, 0]);
        }
      }
      for (let n = 0; n < 50; n += 1) service(mesh, `s${n}`, popId(n), 99.9, [[0, 0]], 16);
      return mesh;
    },
    wanted: {},
  },
  {
    name: 'one observer misses every tenth round for days',
    minutes: 60,
    stepSeconds: 60,
    mesh: () => {
      const mesh = wellMesh();
      for (const port of others) {
        const labels = { path: `${pop}>${port}` };
        mesh.own(pop, 'coverage_ratio', { ...labels, window: '24h' }, [0, 0.9]);
        mesh.own(pop, 'month_rounds_missing', labels, [0, 20]);
      }
      return mesh;
    },
    wanted: { PopSlaCoverageLow: 1 },
  },
  {
    name: 'a disk at 27 % free and steady, with a backup every night',
    minutes: 3 * 1440,
    stepSeconds: 240,
    mesh: () => {
      const mesh = wellMesh({ pops: allPops.slice(0, 10) });
      const points: Point[] = [];
      for (let day = 0; day < 3; day += 1)
        points.push([day * 1440, 27e9, -2e5], [day * 1440 + 120, 27e9, -2e8], [day * 1440 + 160, 27e9]);
      mesh.own(pop, 'daemon_disk_free_bytes', {}, ...points);
      return mesh;
    },
    wanted: {},
  },
  {
    name: 'a disk fills by 1 % of its size an hour',
    minutes: 2 * 1440,
    stepSeconds: 240,
    mesh: () => {
      const mesh = wellMesh({ pops: allPops.slice(0, 10) });
      mesh.own(pop, 'daemon_disk_free_bytes', {}, [0, 80e9, -1e9 / 60]);
      return mesh;
    },
    wanted: { PopSlaDiskFilling: 1 },
  },
  {
    name: 'the first outage of a 99.9 % month, 10 minutes long, was on the 5th',
    ...plain,
    mesh: () => {
      const mesh = wellMesh();
      service(mesh, 's', pop, 99.9, [[0, 600]]);
      return mesh;
    },
    wanted: {},
  },
];
