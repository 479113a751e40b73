import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { must } from '../lab/command.js';
import { parseDockerfile } from '../support/dockerfile.js';
import { requires } from '../support/requires.js';
import { root } from '../support/source-files.js';
import { debianRoot, type DebianRoot } from './debian-root.js';

const patienceMs = 900_000;
const instructions = parseDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'));
const stage = (wanted: number) => instructions.filter((instruction) => instruction.stage === wanted);

/**
 * The Dockerfile's steps, one by one, in a minimal Debian that has Node.js and npm only: no engine is needed, and what
 * installs Debian's packages is left out. So there is no compiler, and `npm ci` has to do without.
 */
describe('the image, step by step, without a compiler', () => {
  const { beforeAll, afterAll } = requires({
    debian: true,
    root: true,
    mount: true,
    commands: ['debootstrap', 'chroot', 'setcap', 'npm'],
  });
  let debian: DebianRoot;
  beforeAll(async () => {
    debian = await debianRoot();
    // The base image's: Node.js and npm in /usr/local, and a user `node`.
    mkdirSync(debian.path('usr/local/lib/node_modules'), { recursive: true });
    cpSync(realpathSync(process.execPath), debian.path('usr/local/bin/node'));
    const npm = dirname(dirname(realpathSync(must(['sh', '-c', 'command -v npm']).trim())));
    cpSync(npm, debian.path('usr/local/lib/node_modules/npm'), { recursive: true });
    must(['ln', '-s', '../lib/node_modules/npm/bin/npm-cli.js', debian.path('usr/local/bin/npm')]);
    await debian.must('adduser --disabled-password --gecos "" --uid 1000 node >/dev/null');
    // Packages that this machine has fetched already are not fetched again.
    const cache = must(['npm', 'config', 'get', 'cache']).trim();
    mkdirSync(debian.path('root/.npm'), { recursive: true });
    mkdirSync(cache, { recursive: true });
    must(['mount', '--bind', cache, debian.path('root/.npm')]);
  }, patienceMs);
  afterAll(() => {
    must(['umount', '--lazy', debian.path('root/.npm')]);
    debian.remove();
  }, 60_000);

  const env = { npm_config_prefer_offline: 'true', npm_config_nodedir: '', CI: 'true' };

  test(
    'builds: npm ci ends well, and says nothing that a newcomer has to read',
    async () => {
      expect((await debian.sh('command -v g++ gcc cc make python3')).stdout).toBe('');
      let folder = '/';
      for (const { name, rest } of stage(0)) {
        if (name === 'WORKDIR') {
          folder = rest;
          mkdirSync(debian.path(folder), { recursive: true });
        }
        if (name === 'COPY') {
          const words = rest.split(/\s+/);
          const to = words.pop() ?? '';
          for (const from of words) {
            const target = debian.path(folder, to === './' ? from : to);
            const filter = (path: string) => !path.startsWith(join(root, '.node', 'node_modules'));
            cpSync(join(root, from), target, { recursive: true, filter });
          }
        }
        if (name !== 'RUN' || rest.startsWith('apt-get')) continue;
        const done = await debian.sh(`cd ${folder} && ${rest}`, { env, timeoutMs: patienceMs });
        expect(done.code, `${rest}: ${done.stdout}${done.stderr}`).toBe(0);
        if (rest === 'npm ci') expect(done.stdout + done.stderr).not.toMatch(/warn|EBADENGINE|error|gyp/i);
      }
      // Compiled where there is a compiler, and left out here.
      expect(existsSync(debian.path('build/node_modules/raw-socket/build/Release/raw.node'))).toBe(false);
      expect(existsSync(debian.path('build/node_modules/typescript'))).toBe(false);
    },
    patienceMs,
  );

  test(
    'runs as its user: it measures by the kernel driver and is healthy',
    async () => {
      mkdirSync(debian.path('app'), { recursive: true });
      for (const { name, rest } of stage(1)) {
        if (name !== 'COPY') continue;
        const [from = '', to = ''] = rest.replace('--from=build ', '').split(/\s+/);
        const source = rest.startsWith('--from=') ? debian.path(from) : join(root, from);
        const target =
          to === './'
            ? debian.path('app', from.split('/').at(-1) ?? '')
            : debian.path(to.startsWith('/') ? '' : 'app', to);
        cpSync(source, target, { recursive: true });
      }
      must(['install', '-d', '-o', '1000', '-g', '1000', '-m', '0750', debian.path('data')]);
      must(['setcap', 'cap_net_raw+ep', debian.path('usr/local/bin/node')]);
      const entry = JSON.parse(stage(1).find(({ name }) => name === 'ENTRYPOINT')?.rest ?? '[]') as string[];
      const check =
        /CMD (\[.*\])$/.exec(stage(1).find(({ name }) => name === 'HEALTHCHECK')?.rest ?? '')?.[1] ?? '[]';
      const quoted = (words: readonly string[]) =>
        words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
      const line =
        `cd /app; ${quoted(entry)} run > /data/log 2>&1 & pid=$!; ` +
        'for n in $(seq 300); do grep -q "first round" /data/log && break; sleep 0.2; done; ' +
        `${quoted(JSON.parse(check) as string[])}; echo "health $?"; ${quoted(entry)} rounds --json; ` +
        'kill $pid; wait $pid; echo "end $?"';
      const done = await debian.sh(line, {
        user: 'node:node',
        timeoutMs: 120_000,
        env: { NODE_ENV: 'production', POP_SLA_CONFIG: '/etc/pop-sla/pop-sla.yaml' },
      });
      expect(done.stdout, done.stderr).toContain('health 0');
      expect(done.stdout).toContain('"status":"unscheduled"');
      expect(done.stdout).toContain('end 0');
      expect(readdirSync(debian.path('data'))).toContain('pop-sla.db');
    },
    patienceMs,
  );

  test(
    'a production install starts what is built, and fetches nothing',
    async () => {
      const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
        scripts: Record<string, string>;
      };
      expect(scripts['prestart']).toBe('node .node/build-if-needed.mjs');
      const built = await debian.sh('cd /build && node .node/build-if-needed.mjs', { env });
      expect(built, built.stderr).toMatchObject({ code: 0, stdout: '', stderr: '' });
      await debian.must('rm -rf /build/dist');
      const unbuilt = await debian.sh('cd /build && node .node/build-if-needed.mjs', { env });
      expect(unbuilt).toMatchObject({ code: 1, stdout: '' });
      expect(unbuilt.stderr).toMatch(/^pop-sla: is not built here, .*: npm ci && npm run build\n$/);
    },
    patienceMs,
  );
});
