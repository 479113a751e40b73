import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { writeConfig } from '../support/config-file.js';
import { popSla } from '../support/pop-sla.js';
import { requires } from '../support/requires.js';
import { startRunning } from '../support/running.js';
import { tempDir } from '../support/temp-dir.js';

requires({ built: true });

/** A folder with a database that a daemon made and left in order. */
async function livedIn(): Promise<{ folder: string; config: string; database: string }> {
  const running = startRunning();
  await running.round('a round', () => true);
  await running.daemon.stop();
  return running;
}

describe('a daemon that can not start says why, and exits', () => {
  test('the port is in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const folder = tempDir();
    const config = writeConfig(folder, { http: { listen: `127.0.0.1:${port}` } });
    const done = await popSla(['run', '--config', config]);
    expect(done.code).toBe(1);
    expect(done.stderr).toContain(`127.0.0.1:${port}`);
    expect(done.stderr).toMatch(/another program listens there/);
    expect(done.stderr).not.toMatch(/\n\s+at /);
  });

  test('the database is damaged: names the backup command, and changes nothing', async () => {
    const { database, config } = await livedIn();
    const bytes = readFileSync(database);
    bytes.fill(0x5a, 4096, 12_288);
    writeFileSync(database, bytes);
    const done = await popSla(['run', '--config', config]);
    expect(done.code).toBe(1);
    expect(done.stderr).toContain(database);
    expect(done.stderr).toContain('pop-sla backup');
    expect(done.stderr).not.toMatch(/\n\s+at /);
    expect(readFileSync(database).equals(bytes)).toBe(true);
  });

  test('the database is no database', async () => {
    const folder = tempDir();
    const config = writeConfig(folder);
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'pop-sla.db'), 'these are the wrong tapes\n'.repeat(500));
    const done = await popSla(['run', '--config', config]);
    expect(done.code).toBe(1);
    expect(done.stderr).toContain('pop-sla backup');
  });

  test('the database is from a newer program', async () => {
    const { database, config } = await livedIn();
    const db = new Database(database);
    const version = db.pragma('user_version', { simple: true }) as number;
    db.pragma(`user_version = ${version + 1}`);
    db.close();
    const done = await popSla(['run', '--config', config]);
    expect(done.code).toBe(1);
    expect(done.stderr).toContain(`schema ${version + 1}`);
    expect(done.stderr).toMatch(/run the newer program/);
    const again = new Database(database, { readonly: true });
    onTestFinished(() => void again.close());
    expect(again.pragma('user_version', { simple: true })).toBe(version + 1);
  });

  test('the configuration has faults: all of them at once, each with its place', async () => {
    const folder = tempDir();
    const config = writeConfig(folder, { measurement: { every: '7m', packetz: 3 } });
    const done = await popSla(['run', '--config', config]);
    expect(done.code).toBe(2);
    const lines = done.stderr.trim().split('\n');
    expect(lines.length).toBe(2);
    for (const line of lines) expect(line).toMatch(/pop-sla\.yaml:\d+:\d+ measurement\./);
    for (const what of ['every', 'packetz']) expect(done.stderr).toContain(`measurement.${what}`);
  });

  test('there is no configuration', async () => {
    const done = await popSla(['run', '--config', join(tempDir(), 'nowhere.yaml')]);
    expect(done.code).toBe(2);
    expect(done.stderr).toMatch(/nowhere\.yaml.* does not exist/);
  });
});
