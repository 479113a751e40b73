import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../lab/command.js';
import { requires } from '../support/requires.js';
import { root } from '../support/source-files.js';
import { tempDir } from '../support/temp-dir.js';

const patienceMs = 600_000;

// What npm says to the scripts of this checkout is not for others.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
/** The last line that a command of this checkout prints, which must succeed. */
async function printedBy(argv: readonly string[]): Promise<string> {
  const done = await run(argv, { cwd: root, env: process.env, timeoutMs: patienceMs });
  expect(done.code, done.stderr).toBe(0);
  return done.stdout.trim().split('\n').at(-1) ?? '';
}

/** As it makes the package in a folder, and how npm is to install it. */
interface Kind {
  readonly kind: string;
  readonly pack: (folder: string) => Promise<string>;
  readonly options: (folder: string) => Promise<string>;
  /** What npm must not say. */
  readonly unsaid: RegExp;
}

const kinds: readonly Kind[] = [
  {
    kind: '`npm pack` makes',
    // The build that the tests run on is the one that is packed, with what `prepack` adds to it.
    pack: async (folder) => {
      await printedBy([process.execPath, join(root, '.node/shipped.mjs'), join(root, 'dist')]);
      return printedBy(['npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder]);
    },
    options: async () => `--cache "${await printedBy(['npm', 'config', 'get', 'cache'])}" --prefer-offline`,
    unsaid: /EBADENGINE|deprecated/,
  },
  {
    kind: '`npm run package:npm` makes, without a network,',
    pack: (folder) => printedBy(['npm', 'run', '--silent', 'package:npm', '--', folder]),
    options: (folder) => Promise.resolve(`--cache "${folder}/nothing" --offline`),
    unsaid: /warn|EBADENGINE|deprecated/,
  },
];

describe('npm ci', () => {
  requires({ commands: ['npm'] });

  test('has nothing to warn of on this Node.js, also where warnings are shown', async () => {
    const done = await run(['npm', 'ci', '--dry-run', '--loglevel=warn'], {
      cwd: root,
      env,
      timeoutMs: patienceMs,
    });
    expect(done.code, done.stderr).toBe(0);
    expect(done.stdout + done.stderr).not.toMatch(/warn|EBADENGINE|deprecated/i);
  });
});

/** A package, and `npm install -g` of it into a folder of its own. */
describe('the npm package', () => {
  requires({ commands: ['npm'], built: true });

  test.each(kinds)(
    'that $kind is installed as the command pop-sla, which measures, examines and shows its pages',
    async ({ pack, options, unsaid }) => {
      const folder = tempDir();
      const sh = (line: string) =>
        run(['sh', '-c', line], { cwd: folder, env: { ...env, HOME: folder }, timeoutMs: patienceMs });
      const must = async (line: string) => {
        const done = await sh(line);
        expect(done.code, `${line}: ${done.stdout}${done.stderr}`).toBe(0);
        return done;
      };
      const tarball = await pack(folder);
      const installed = await must(
        `mkdir -p prefix/lib && npm install -g --prefix "${folder}/prefix" ${await options(folder)} --no-fund --no-audit "./${tarball}"`,
      );
      expect(installed.stdout + installed.stderr).not.toMatch(unsaid);
      const { stdout: weight } = await must('du -sm prefix');
      process.stdout.write(`${tarball}: ${weight.split('\t')[0] ?? ''} MB installed\n`);
      const pop = `"${folder}/prefix/bin/pop-sla"`;
      const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
      const shown = await must(`${pop} --version`);
      expect(shown.stdout).toMatch(
        new RegExp(`^${version.replaceAll('.', '\\.')}( \\([0-9a-f]{7,40}[^)]*\\))?\\n$`),
      );

      writeFileSync(
        join(folder, 'pop-sla.yaml'),
        'agent: HKG\npops: [{ id: HKG, ipv4: 127.0.0.11 }, { id: SIN, ipv4: 127.0.0.12 }]\ndriver: simulated\n' +
          'measurement: { packets: 3, packetInterval: 5ms, lostAfter: 50ms, lateWait: 0s, spread: 0s }\n',
      );
      const round = await must(`${pop} probe --config pop-sla.yaml`);
      expect(round.stdout).toMatch(/^HKG>SIN .* unscheduled +64 +3 +3 /m);
      const doctor = await sh(`${pop} doctor --json --config pop-sla.yaml`);
      const { checks } = JSON.parse(doctor.stdout) as { checks: { name: string; status: string }[] };
      expect(checks.find(({ name }) => name === 'sending packets')?.status).toBe('ok');
      expect(checks.find(({ name }) => name === 'configuration')?.status).toBe('ok');
      expect((await must(`${pop} guide mesh`)).stdout).toContain('mesh init');
      expect((await must(`${pop} plan list`)).stdout).toContain('ctg-cloud-connection');
      for (const part of [
        'dashboards/grafana/json/en/overview.json',
        'config/systemd/pop-sla.service',
        'dist/THIRD-PARTY.txt',
        'dist/sbom.cdx.json',
        'LICENSE',
      ])
        expect(existsSync(join(folder, 'prefix/lib/node_modules/pop-sla', part)), part).toBe(true);
    },
    patienceMs,
  );
});

/** Where the installed command has no net-ping that was built, and an operator puts one beside it. */
describe('net-ping beside an installed command', () => {
  requires({
    commands: ['npm', 'g++', 'make', 'python3', 'unshare', 'mount'],
    built: true,
    root: true,
    mount: true,
    rawSocket: true,
  });

  test(
    'is installed by the line that pop-sla prints, for its own Node.js, and pings',
    async () => {
      const folder = tempDir();
      const sh = (line: string) =>
        run(['sh', '-c', line], { cwd: folder, env: { ...env, HOME: folder }, timeoutMs: patienceMs });
      const cache = await printedBy(['npm', 'config', 'get', 'cache']);
      writeFileSync(join(folder, '.npmrc'), `cache=${cache}\nprefer-offline=true\n`);
      const tarball = await printedBy([
        ...['npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder],
      ]);
      const installed = await sh(
        `mkdir -p prefix/lib && npm install -g --prefix "${folder}/prefix" --no-fund --no-audit "./${tarball}"`,
      );
      expect(installed.code, installed.stdout + installed.stderr).toBe(0);
      writeFileSync(
        join(folder, 'pop-sla.yaml'),
        'agent: HKG\npops: [{ id: HKG, ipv4: 127.0.0.11 }, { id: SIN, ipv4: 127.0.0.12 }]\ndriver: net-ping\n' +
          'measurement: { packets: 3, packetInterval: 5ms, lostAfter: 50ms, lateWait: 0s, spread: 0s }\n',
      );
      const probe = `"${folder}/prefix/bin/pop-sla" probe --config pop-sla.yaml`;
      const missing = await sh(probe);
      expect(missing.code).not.toBe(0);
      const program = join(folder, 'prefix/lib/node_modules/pop-sla/.node/net-ping.mjs');
      const line = `${process.execPath} ${program}`;
      expect(missing.stderr).toContain(`sudo apt-get install g++ make python3 && sudo ${line}\n`);

      const full = await sh(`${line} "${folder}/prefix"`);
      expect(full).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('has other things in it') as string,
      });
      const built = await sh(`${line} "${folder}/beside"`);
      expect(built.code, built.stdout + built.stderr).toBe(0);
      expect(built.stdout).toContain(`for Node.js ${process.versions.node}: start pop-sla with NODE_PATH=`);
      const pinged = /^HKG>SIN .* unscheduled +64 +3 +3 /m;
      const named = await sh(`NODE_PATH="${folder}/beside/node_modules" ${probe}`);
      expect(named.stdout, named.stderr).toMatch(pinged);

      // The folder where it is looked for, of a mount of our own that nobody else sees.
      const usual = await sh(
        "unshare --mount sh -ec 'mount -t tmpfs none /usr/local/lib && mkdir /usr/local/lib/pop-sla && " +
          `cp -a beside/. /usr/local/lib/pop-sla && exec ${probe}'`,
      );
      expect(usual.stdout, usual.stderr).toMatch(pinged);
    },
    patienceMs,
  );

  test('the versions are those of a checkout', () => {
    const program = readFileSync(join(root, '.node/net-ping.mjs'), 'utf8');
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string }>;
    };
    for (const name of ['net-ping', 'raw-socket', 'nan'])
      expect(program).toMatch(
        new RegExp(`${name}'?: '${packages[`node_modules/${name}`]?.version.replaceAll('.', '\\.') ?? ''}'`),
      );
  });
});
