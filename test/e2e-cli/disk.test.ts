import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createBadDisk } from '../lab/bad-disk.js';
import { must, run } from '../lab/command.js';
import { integrityOf } from '../support/database.js';
import { requires } from '../support/requires.js';
import { startRunning } from '../support/running.js';
import type { Running } from '../support/running.js';
import { storedSlots } from '../support/slots.js';
import { tempDir } from '../support/temp-dir.js';

/** The store refuses from `fail` to `heal`; the daemon must live through it and lose nothing. */
async function livesThrough(running: Running, fail: () => void, heal: () => void): Promise<void> {
  const { daemon, get } = running;
  const first = await running.round('a held round', ({ status }) => status === 'ok');
  expect((await get('/readyz')).status).toBe(200);

  fail();
  const queued = async (): Promise<number> =>
    Number(/^pop_sla_daemon_store_queue\w* (\d+)/m.exec((await get('/metrics')).body)?.[1] ?? 0);
  await daemon.waitFor('rounds that wait', async () => ((await queued()) >= 4 ? true : undefined));
  const refused = await get('/readyz');
  expect(refused.status).toBe(503);
  expect(refused.body).toMatch(/store/);
  expect((await get('/healthz')).status, 'it lives').toBe(200);
  expect(await running.rounds(), 'what was stored is still there').toContainEqual(first);

  heal();
  await daemon.waitFor('an empty queue', async () => ((await queued()) === 0 ? true : undefined), 40_000);
  await daemon.waitFor('readiness', async () => ((await get('/readyz')).status === 200 ? true : undefined));
  expect(await daemon.stop()).toMatchObject({ code: 0 });

  expect(integrityOf(running.database)).toBe('ok');
  const slots = await storedSlots(running.config);
  expect(slots).toContainEqual(first);
  expect(
    slots.filter(({ status }) => status === 'missing'),
    'no round was lost',
  ).toEqual([]);
}

describe('a full disk', () => {
  requires({ root: true, mount: true, commands: ['mount', 'umount'], built: true });

  test('stops nothing but the storing, and heals', { timeout: 90_000 }, async () => {
    const folder = tempDir();
    const data = join(folder, 'data');
    mkdirSync(data);
    must(['mount', '-t', 'tmpfs', '-o', 'size=1m', 'lab', data]);
    onTestFinished(() => {
      must(['umount', '--lazy', data]);
    });
    const running = startRunning({ folder });
    const ballast = join(data, 'ballast');
    const fill = (): void => {
      // A journal that was taken into the database is written over before it grows: it must need room at once.
      const other = new Database(running.database);
      other.pragma('wal_checkpoint(TRUNCATE)');
      other.close();
      try {
        for (let n = 0; ; n += 1) writeFileSync(`${ballast}-${n}`, Buffer.alloc(4096), { flag: 'wx' });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    };
    await livesThrough(running, fill, () => {
      for (let n = 0; n < 256; n += 1) rmSync(`${ballast}-${n}`, { force: true });
    });
  });
});

describe('a disk that is bad at the start', () => {
  requires({ root: true, mount: true, commands: ['mount', 'umount'], built: true });

  /** A small disk of its own, with the database of a daemon that ended in order. */
  async function livedIn(): Promise<{ folder: string; data: string }> {
    const folder = tempDir();
    const data = join(folder, 'data');
    mkdirSync(data);
    must(['mount', '-t', 'tmpfs', '-o', 'size=1m', 'lab', data]);
    onTestFinished(() => {
      must(['umount', '--lazy', data]);
    });
    const running = startRunning({ folder });
    await running.round('a round', () => true);
    await running.daemon.stop();
    return { folder, data };
  }

  test.each([
    ['read-only', /mount/],
    ['full', /free some space/],
  ] as const)('%s: says so and exits; starts when it is mended', async (state, remedy) => {
    const { folder, data } = await livedIn();
    const ballast = join(data, 'ballast');
    if (state === 'read-only') must(['mount', '-o', 'remount,ro', data]);
    else await run(['dd', 'if=/dev/zero', `of=${ballast}`, 'bs=4096']);

    const { daemon, database } = startRunning({ folder });
    expect(await daemon.ended).toMatchObject({ code: 1 });
    const said = daemon.lines().join('\n');
    expect(said).toContain(database);
    expect(said).toMatch(remedy);
    expect(said).not.toMatch(/\n\s+at /);

    if (state === 'read-only') must(['mount', '-o', 'remount,rw', data]);
    else rmSync(ballast);
    expect(integrityOf(database)).toBe('ok');
    const mended = startRunning({ folder });
    await mended.round('a held round', ({ status }) => status === 'ok');
    expect(await mended.daemon.stop()).toMatchObject({ code: 0 });
  });
});

describe('a disk', () => {
  requires({ commands: ['gcc'], built: true });

  test.each(['EROFS', 'EIO'] as const)(
    'that refuses with %s stops nothing but the storing',
    { timeout: 90_000 },
    async (fault) => {
      const folder = tempDir();
      const disk = createBadDisk(join(folder, 'data'), join(folder, 'switch'));
      const running = startRunning({ folder, env: disk.env });
      await livesThrough(
        running,
        () => {
          disk.setFault(fault);
        },
        () => {
          disk.setFault(null);
        },
      );
    },
  );
});
