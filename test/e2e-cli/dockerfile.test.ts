import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { must, run } from '../lab/command.js';
import { withLab } from '../lab/lab.js';
import { startDaemon } from '../support/daemon.js';
import { parseDockerfile } from '../support/dockerfile.js';
import { requires } from '../support/requires.js';
import { root } from '../support/source-files.js';
import { tempDir } from '../support/temp-dir.js';

const instructions = parseDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'));
const shipped = instructions.filter(({ stage }) => stage === 1);
const only = (name: string): string => {
  const found = shipped.filter((instruction) => instruction.name === name);
  expect(found, name).toHaveLength(1);
  return found[0]?.rest ?? '';
};

/** No image is built here: what can be seen without is seen. */
describe('the Dockerfile', () => {
  test('copies what is there, and leaves out what it should', () => {
    const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
    const sources = instructions
      .filter(({ name, rest }) => name === 'COPY' && !rest.startsWith('--from='))
      .flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1));
    expect(sources.length).toBeGreaterThan(5);
    for (const source of sources) {
      expect(existsSync(join(root, source)), source).toBe(true);
      expect(ignored).not.toContain(source.split('/')[0]);
    }
    for (const name of ['node_modules', 'dist', 'data', '.git', 'test']) expect(ignored).toContain(name);
  });

  test('ships no root, a volume, and the port that its configuration listens on', async () => {
    expect(only('USER')).toBe('node');
    expect(only('VOLUME')).toBe('/data');
    const loaded = await loadConfig(join(root, 'config', 'container.yaml'));
    if (!loaded.ok) throw new Error('config/container.yaml is refused');
    expect(`${loaded.config.http.port}`).toBe(only('EXPOSE'));
    expect(loaded.config.http.host).toBe('0.0.0.0');
    expect(loaded.config.store.path).toMatch(/^\/data\//);
    expect(only('HEALTHCHECK')).toContain(`127.0.0.1:${only('EXPOSE')}/healthz`);
  });

  test('ships the default configuration but for the two', () => {
    const body = (file: string): string =>
      readFileSync(join(root, 'config', file), 'utf8')
        .split('\n')
        .filter((line) => !/^\s*(#|$)/.test(line))
        .join('\n');
    const changed = body('pop-sla.yaml')
      .replace(/\S*data\/pop-sla\.db.*/, '/data/pop-sla.db')
      .replace('127.0.0.1:9720', '0.0.0.0:9720');
    expect(body('container.yaml')).toBe(changed);
  });
});

describe('as the image runs it', () => {
  requires({
    namespaces: true,
    mount: true,
    netPing: true,
    commands: ['setcap', 'setpriv', 'mount', 'umount'],
    built: true,
  });

  test('a user without privileges measures by the capability of the file, and its health is checked', async () => {
    await withLab(async (lab) => {
      const folder = tempDir();
      // The tree where any user may read it, and a node of our own to put the capability on.
      const [app, node, data] = [join(folder, 'app'), join(folder, 'node'), join(folder, 'data')];
      mkdirSync(app);
      must(['mount', '--bind', root, app]);
      lab.defer(() => void must(['umount', '--lazy', app]));
      copyFileSync(process.execPath, node);
      const setcap = instructions.map(({ rest }) => /setcap (\S+) /.exec(rest)?.[1]).find(Boolean) ?? '';
      expect(setcap).toBe('cap_net_raw+ep');
      must(['setcap', setcap, node]);
      must(['install', '-d', '-o', '65534', '-g', '65534', '-m', '0750', data]);
      const config = join(folder, 'pop-sla.yaml');
      const container = readFileSync(join(root, 'config', 'container.yaml'), 'utf8');
      writeFileSync(config, `${container.replace('/data/', `${data}/`)}\ndriver: net-ping\n`);

      const namespace = lab.namespace('container');
      namespace.sysctl('ipv4/ping_group_range', '1 0');
      const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
      const prefix = [...namespace.prefix, ...user, '--inh-caps=-all', '--bounding-set=-all,+net_raw'];
      const daemon = startDaemon({
        args: ['run'],
        prefix,
        node,
        main: join(app, 'dist', 'src', 'main.js'),
        env: { POP_SLA_CONFIG: config },
        cwd: data,
      });
      onTestFinished(async () => {
        await daemon.stop();
      });
      const stored = await daemon.waitForLog('a stored round', ({ status }) => status === 'unscheduled');
      expect(stored['lossPpm']).toEqual({ 64: 0, 128: 0, 512: 0 });

      // The health check, word for word: well while it runs, ill when it does not.
      const words = JSON.parse(only('HEALTHCHECK').replace(/^.*?CMD /, '')) as string[];
      const check = [process.execPath, ...words.slice(1)];
      expect(words[0]).toBe('node');
      expect((await run([...namespace.prefix, ...check])).code).toBe(0);
      expect(await daemon.stop()).toMatchObject({ code: 0 });
      expect((await run([...namespace.prefix, ...check])).code).toBe(1);
    });
  });
});
