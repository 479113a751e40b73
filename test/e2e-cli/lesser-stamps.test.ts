import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compile, refuse } from '../lab/compile.js';
import { run } from '../lab/command.js';
import { requires } from '../support/requires.js';
import { startRunning } from '../support/running.js';
import { root } from '../support/source-files.js';
import { tempDir } from '../support/temp-dir.js';
import { writeConfig } from '../support/config-file.js';

const changes = { driver: 'auto' } as const;

/** The installed program, without the binary of koffi: what a copy from another platform looks like. */
function treeWithoutKoffi(): string {
  const tree = tempDir();
  for (const part of ['dist', 'config', 'package.json', 'node_modules/koffi'])
    cpSync(join(root, part), join(tree, part), { recursive: true });
  mkdirSync(join(tree, 'node_modules'), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules')))
    if (!name.startsWith('.') && name !== 'koffi' && name !== '@koromix')
      symlinkSync(join(root, 'node_modules', name), join(tree, 'node_modules', name));
  return join(tree, 'dist', 'src', 'main.js');
}

interface Printed {
  readonly checks: readonly {
    readonly name: string;
    readonly detail: string;
    readonly remedy: string | null;
  }[];
}

async function doctor(prefix: readonly string[], main: string) {
  const config = writeConfig(tempDir(), changes);
  const done = await run([...prefix, process.execPath, main, 'doctor', '--json', '--config', config]);
  const { checks } = JSON.parse(done.stdout) as Printed;
  return (name: string) => checks.find((check) => check.name === name);
}

describe('a daemon that can not take the best stamps', () => {
  requires({ root: true, rawSocket: true, netPing: true, commands: ['gcc'], built: true });
  const main = join(root, 'dist', 'src', 'main.js');

  test('where SO_TIMESTAMPING is refused says so in log, metrics and doctor, and measures', async () => {
    const prefix = [compile(refuse), 'timestamping', '--'];
    const remedy = expect.stringContaining('allow setsockopt(SOL_SOCKET, SO_TIMESTAMPING)') as string;
    const { daemon, get, round } = startRunning({ prefix, changes });
    expect(
      await daemon.waitForLog('the warning', ({ msg }) => msg.includes('SO_TIMESTAMPING')),
    ).toMatchObject({ remedy, stamps: 'user' });
    expect((await get('/metrics')).body).toContain('pop_sla_driver_info{driver="kernel",stamps="user"} 1');
    const { sizes } = await round('a round', ({ status }) => status === 'ok' || status === 'unscheduled');
    expect(sizes.map((size) => size.received)).toEqual([5, 5, 5]);

    const of = await doctor(prefix, main);
    expect(of('sending packets')?.detail).toBe('driver auto works: it is kernel');
    expect(of('stamps')).toMatchObject({
      detail: 'setsockopt(SO_TIMESTAMPING) is refused: EPERM',
      remedy,
    });
  });

  test('where koffi has no binary takes net-ping, says what to do, and measures', async () => {
    const without = treeWithoutKoffi();
    const remedy = 'npm ci --include=optional';
    const { daemon, get, round } = startRunning({ main: without, changes });
    expect(await daemon.waitForLog('the warning', ({ msg }) => msg.includes('koffi'))).toMatchObject({
      remedy,
      driver: 'net-ping',
      msg: expect.stringMatching(
        /^probing by net-ping, for kernel can't run: the package koffi can't be loaded on linux-/,
      ) as string,
    });
    expect((await get('/metrics')).body).toContain('pop_sla_driver_info{driver="net-ping",stamps="user"} 1');
    const { sizes } = await round('a round', ({ status }) => status === 'ok' || status === 'unscheduled');
    expect(sizes.map((size) => size.received)).toEqual([5, 5, 5]);

    const of = await doctor([], without);
    expect(of('sending packets')?.detail).toBe('driver auto works: it is net-ping');
    expect(of('other drivers')).toMatchObject({
      detail: expect.stringContaining("kernel does not (the package koffi can't be loaded") as string,
      remedy,
    });
  });
});
