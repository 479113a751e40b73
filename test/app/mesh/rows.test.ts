import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startDaemon, type Daemon } from '../../../src/app/daemon.js';
import { families } from '../../../src/mesh/streams.js';
import { refusals } from '../../../src/mesh/wire/frame.js';
import { openSqliteStore, type SqliteStore } from '../../../src/store/sqlite/open.js';
import { withoutSeries } from '../../support/counters.js';
import { everyRow } from '../../support/every-row.js';
import { startNats } from '../../support/nats.js';
import { requires } from '../../support/requires.js';
import { tempDir } from '../../support/temp-dir.js';

requires({ commands: ['nats-server'] });

const wait = { timeout: 40_000, interval: 100 };
const mesh = `pops: [{ id: HKG, ipv4: 127.0.0.11 }, { id: SIN, ipv4: 127.0.0.12 }]
measurement: { every: 1s, packets: 2, packetInterval: 10ms, lostAfter: 100ms, lateWait: 0s, spread: 0s }
`;

async function run(folder: string, url: string, role: string, agent: string, rest = ''): Promise<Daemon> {
  const configFile = join(folder, `${agent}.yaml`);
  writeFileSync(
    configFile,
    `role: ${role}\nagent: ${agent}\nmesh: { servers: ['${url}'], heartbeat: 200ms }
store: { path: ${join(folder, agent, 'pop-sla.db')} }
driver: simulated
log: { level: silent }
http: { listen: '127.0.0.1:0' }
${rest}`,
  );
  const daemon = await startDaemon({
    configFile,
    version: '0.1.0',
    output: { write: () => true, isTTY: false },
  });
  onTestFinished(() => daemon.stop());
  return daemon;
}

const opened = async (folder: string, name: string): Promise<SqliteStore> => {
  const store = await openSqliteStore({ path: join(folder, name, 'pop-sla.db') });
  onTestFinished(() => store.close());
  return store;
};

const fetched = async ({ address }: Daemon, path: string): Promise<string> =>
  (await fetch(address + path)).text();

test('what two agents measure is at their hub, whole, and shown there', { timeout: 120_000 }, async () => {
  const nats = await startNats();
  onTestFinished(() => nats.stop());
  const folder = tempDir();
  const hub = await run(folder, nats.url, 'hub', 'hub', mesh);
  const agents = [await run(folder, nats.url, 'agent', 'HKG'), await run(folder, nats.url, 'agent', 'SIN')];
  const ofRole = { sent: 'pop_sla_mesh_sent_rows_total', taken: 'pop_sla_mesh_taken_rows_total' };
  const refused = 'pop_sla_mesh_refused_messages_total';
  expect(withoutSeries(await fetched(hub, '/metrics'))).toEqual([ofRole.sent]);
  const ofHub = await fetched(hub, '/metrics');
  for (const agent of ['HKG', 'SIN'])
    for (const reason of refusals)
      expect(ofHub).toContain(`${refused}{agent="${agent}",reason="${reason}"} 0\n`);
  for (const family of families) expect(ofHub).toContain(`${ofRole.taken}{family="${family}"} `);
  for (const agent of agents) {
    const page = await fetched(agent, '/metrics');
    expect(withoutSeries(page)).toEqual([ofRole.taken, refused]);
    for (const family of families) expect(page).toContain(`${ofRole.sent}{family="${family}"} `);
  }
  const lines = async (part: string) =>
    (await fetched(hub, '/metrics')).split('\n').filter((line) => line.startsWith(part));
  for (const path of ['HKG>SIN', 'SIN>HKG']) {
    const part = `pop_sla_last_round_timestamp_seconds{path="${path}"`;
    await expect.poll(() => lines(part), wait).toHaveLength(1);
  }
  expect(await lines('pop_sla_mesh_taken_rows_total{family="rounds"}')).toHaveLength(1);
  expect(await fetched(hub, '/api/v1/rounds?limit=9')).toContain('"path":"HKG>SIN"');
  // The last that they store as they stop waits for their next life.
  for (const one of agents) await one.stop();
  const held = new Set(await everyRow(await opened(folder, 'hub')));
  for (const name of ['HKG', 'SIN']) {
    const rows = (await everyRow(await opened(folder, name))).filter((row) => /^(slot|packets) /.test(row));
    expect(rows.filter((row) => held.has(row)).length).toBeGreaterThan(1);
  }
});
