import { allPops, at, type MeshSeries, type Point, popId, service, wellMesh } from './mesh-series.js';

const dayMinutes = 1440;

/** Chances that come again with the same seed. */
function chances(seed: number): () => number {
  let state = (seed + 1) * 0x9e3779b1;
  return () => {
    state = Math.imul(state ^ (state >>> 15), 0x85ebca6b);
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
    state ^= state >>> 16;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Days into the month at which the simulated one begins; the next month begins on its 16th day. */
const turn = 15;

/**
 * A day of a mesh of 50 that is well, with what happens on every such day: loss below the threshold, a slow round here
 * and there, an agent that is restarted, a clock that is set by milliseconds, a scrape that is missed, an observer that
 * sees what no other does, a backup. On day 15 the month turns.
 */
export function quietDay(day: number): MeshSeries {
  const chance = chances(day);
  const below = (n: number): number => Math.floor(chance() * n);
  const anyPop = (): string => popId(below(allPops.length));
  const minute = (): number => 60 + 2 * below((dayMinutes - 180) / 2);
  const mesh = wellMesh({ network: true, services: 50 });
  const next = (pop: string): string => popId((allPops.indexOf(pop) + 1) % allPops.length);

  // Packets are lost on every path, below what the plan allows; three paths have a round that is slow, or loses more.
  for (const source of allPops) {
    const path = `${source}>${next(source)}`;
    const points: Point[] = [];
    for (let slot = 0; slot < dayMinutes; slot += 30) points.push([slot, Math.round(chance() * 90) / 10_000]);
    mesh.own(source, 'loss_ratio', { path, window: 'round' }, ...points);
  }
  for (const how of ['slow', 'lossy', 'slow'] as const) {
    const source = anyPop();
    const slot = 30 * (2 + below(40));
    mesh.path(
      `${source}>${popId((allPops.indexOf(source) + 2) % 50)}`,
      [0, 'well'],
      [slot, how],
      [slot + 30, 'well'],
    );
  }

  // An agent is restarted for an upgrade: it is away for two minutes and misses a slot.
  const restarted = anyPop();
  const away = 30 * (3 + below(40)) - 2;
  mesh.set('up', at(restarted), [0, 1], [away, 0], [away + 2, 1]);
  mesh.own(
    restarted,
    'missed_slots_total',
    { reason: 'stopped' },
    [0, 0],
    [away, null],
    [away + 2, 0],
    [away + 4, 49],
  );
  mesh.own(
    restarted,
    'rounds_total',
    { status: 'ok' },
    [0, 0, 49 / 30],
    [away, null],
    [away + 2, 0],
    [away + 34, 0, 49 / 30],
  );

  // Prometheus misses a scrape.
  const missed = anyPop();
  if (missed !== restarted) {
    const when = minute();
    mesh.set('up', at(missed), [0, 1], [when, 0], [when + 2, 1]);
  }

  // A clock is set by some milliseconds, and is off by some.
  const stepped = anyPop();
  const when = minute();
  mesh.own(stepped, 'daemon_clock_steps_total', {}, [0, 0], [when, 1]);
  mesh.own(stepped, 'daemon_clock_deviation_seconds', {}, [0, 0], [when, 0.012], [when + 15, 0]);
  for (const pop of allPops) mesh.own(pop, 'daemon_clock_offset_seconds', {}, [0, (chance() - 0.5) / 50]);

  // One observer sees an outage of three seconds, and voids another, when no other sees any.
  const observer = anyPop();
  const seen = minute();
  const port = next(observer);
  for (const other of allPops) {
    const own: Point[] =
      other === observer
        ? [
            [0, 0],
            [seen, 1],
          ]
        : [[0, 0]];
    if (other !== port) mesh.own(other, 'outages_ended_total', { port }, ...own);
  }
  mesh.own(observer, 'outages_voided_total', { port }, [0, 0], [seen, 1]);

  // A backup is written every night, and taken away.
  for (const pop of allPops)
    mesh.own(
      pop,
      'daemon_disk_free_bytes',
      {},
      [0, 60e9 - day * 5e7, -3e4],
      [120, 58e9, -3e4],
      [160, 60e9 - day * 5e7, -3e4],
    );

  const turned = day >= turn;
  for (let n = 0; n < 50; n += 1) {
    // A third of them had an outage of four minutes on the third day of either month.
    const used = n % 3 === 0 && day % turn >= 3 ? 240 : 0;
    service(mesh, `s${n}`, popId(n), 99.9, [[0, used]], turned ? day - turn : day + turn);
  }
  // The month that is over waits to be sealed for a day and a half.
  const open = (day - turn) * 86_400;
  if (turned && open < 1.5 * 86_400) mesh.own('hub', 'month_unsealed_seconds', {}, [0, open, 60]);
  return mesh;
}
