import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { must, run } from '../lab/command.js';
import { requires } from '../support/requires.js';
import { root } from '../support/source-files.js';
import { tempDir } from '../support/temp-dir.js';
import { debianRoot, type DebianRoot } from './debian-root.js';

const patienceMs = 900_000;

/** Installed, run, upgraded, removed and purged in a minimal Debian, by dpkg itself. */
describe('the Debian package', () => {
  const { beforeAll, afterAll } = requires({
    debian: true,
    root: true,
    mount: true,
    commands: ['debootstrap', 'dpkg-deb', 'chroot'],
  });
  let debian: DebianRoot;
  let deb = '';
  let folder = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pop-sla-deb-'));
    const built = await run(['npm', 'run', '--silent', 'package:deb', '--', folder], {
      cwd: root,
      env: { ...process.env, POP_SLA_DEB_COMPRESSION: 'none' },
      timeoutMs: patienceMs,
    });
    expect(built.code, built.stderr).toBe(0);
    deb = /^(\S+\.deb): /.exec(built.stdout)?.[1] ?? '';
    debian = await debianRoot();
  }, patienceMs);
  afterAll(() => {
    debian.remove();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);
  const install = async (file: string) => {
    must(['cp', file, debian.path('tmp')]);
    return debian.must(`dpkg -i --force-confold /tmp/${basename(file)}`);
  };

  test(
    'installs, and belongs to a user of its own',
    async () => {
      await install(deb);
      expect(
        await debian.must(
          'id -un pop-sla && stat -c "%U:%G %a" /var/lib/pop-sla /etc/pop-sla /etc/pop-sla/*',
        ),
      ).toBe('pop-sla\npop-sla:pop-sla 750\nroot:pop-sla 750\nroot:pop-sla 640\n');
      const units = ['pop-sla.service', 'pop-sla-agent.service', 'pop-sla-hub.service'];
      for (const unit of units) expect(existsSync(debian.path('lib/systemd/system', unit)), unit).toBe(true);
      expect(readFileSync(debian.path('etc/sysctl.d/90-pop-sla.conf'), 'utf8')).toContain('ping_group_range');
      expect(await debian.must('dpkg --verify pop-sla')).not.toMatch(/missing/);
      for (const file of ['copyright', 'changelog.gz', 'changelog.Debian.gz', 'README.md'])
        expect(existsSync(debian.path('usr/share/doc/pop-sla', file)), file).toBe(true);
      const copyright = readFileSync(debian.path('usr/share/doc/pop-sla/copyright'), 'utf8');
      for (const name of ['Node.js', '@expo-google-fonts/noto-sans-sc', 'better-sqlite3', 'brotli', 'kysely'])
        expect(copyright, name).toMatch(new RegExp(`^${name} \\d`, 'm'));
      const bill = await debian.must('gzip -dc /usr/share/doc/pop-sla/sbom.cdx.json.gz');
      const { metadata, components } = JSON.parse(bill) as {
        metadata: { component: { name: string } };
        components: { name: string }[];
      };
      expect(metadata.component.name).toBe('pop-sla');
      const names = components.map(({ name }) => name);
      expect(names).toEqual(
        expect.arrayContaining(['node', 'better-sqlite3', '@expo-google-fonts/noto-sans']),
      );
      expect(names).not.toContain('net-ping');
      const version = await debian.must('pop-sla --version');
      expect(version).toMatch(/^\d+\.\d+\.\d+ \([0-9a-f]{12}\)\n$/);
    },
    patienceMs,
  );

  test(
    'runs for that user without any privilege: it measures, stores and answers',
    async () => {
      const options = { user: 'pop-sla:pop-sla' };
      expect(await debian.must('pop-sla --version', options)).toMatch(/^\d+\.\d+\.\d+/);
      expect(await debian.must('pop-sla config check', options)).toContain(
        '/etc/pop-sla/pop-sla.yaml: in order',
      );
      // Who may not read it is told so, and gets no other configuration.
      const refused = await debian.sh('pop-sla config check', { user: 'nobody:nogroup' });
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toContain('/etc/pop-sla/pop-sla.yaml');
      expect(readFileSync(debian.path('etc/pop-sla/pop-sla.yaml'), 'utf8')).toMatch(
        /^ *path: \/var\/lib\/pop-sla\/pop-sla\.db$/m,
      );
      const line =
        'cd /var/lib/pop-sla; pop-sla run > /var/lib/pop-sla/log & pid=$!; ' +
        'for n in $(seq 300); do grep -q "first round" /var/lib/pop-sla/log && break; sleep 0.2; done; ' +
        'pop-sla rounds --json; kill $pid; wait $pid';
      const rounds = await debian.must(line, options);
      expect(rounds).toContain('"status":"unscheduled"');
      expect(statSync(debian.path('var/lib/pop-sla/pop-sla.db')).mode & 0o007).toBe(0);
    },
    patienceMs,
  );

  test(
    'keeps what the operator has written and what was measured when it is upgraded',
    async () => {
      const config = debian.path('etc/pop-sla/pop-sla.yaml');
      appendFileSync(config, '# of the operator\n');
      const newer = join(tempDir(), 'newer');
      must(['dpkg-deb', '-R', deb, newer]);
      must(['sed', '-i', 's/^Version: .*/Version: 999.0.0/', join(newer, 'DEBIAN/control')]);
      must(['sh', '-c', `echo '# shipped later' >> ${join(newer, 'etc/pop-sla/pop-sla.yaml')}`]);
      must(['dpkg-deb', '--root-owner-group', '-Znone', '--build', newer, `${newer}.deb`]);
      await install(`${newer}.deb`);
      expect(await debian.must("dpkg-query -W -f '${Version}' pop-sla")).toBe('999.0.0');
      expect(readFileSync(config, 'utf8')).toContain('# of the operator');
      expect(existsSync(debian.path('var/lib/pop-sla/pop-sla.db'))).toBe(true);
    },
    patienceMs,
  );

  test(
    'leaves configuration and data when it is removed, and takes them when it is purged',
    async () => {
      await debian.must('dpkg -r pop-sla');
      expect(existsSync(debian.path('usr/bin/pop-sla'))).toBe(false);
      expect(existsSync(debian.path('etc/pop-sla/pop-sla.yaml'))).toBe(true);
      expect(existsSync(debian.path('var/lib/pop-sla/pop-sla.db'))).toBe(true);
      await debian.must('dpkg -P pop-sla');
      for (const gone of [
        'etc/pop-sla',
        'etc/sysctl.d/90-pop-sla.conf',
        'var/lib/pop-sla',
        'usr/lib/pop-sla',
      ])
        expect(existsSync(debian.path(gone)), gone).toBe(false);
    },
    patienceMs,
  );
});
