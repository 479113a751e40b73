import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { natsUnit } from '../../src/app/mesh/provision-files.js';
import { requires } from '../support/requires.js';
import { root } from '../support/source-files.js';
import { tempDir } from '../support/temp-dir.js';

const folder = join(root, 'config', 'systemd');
const units = readdirSync(folder).filter((name) => name.endsWith('.service'));
const nats = 'nats-server.service';
/** As the package has it, or, the NATS server's, as `mesh init` writes it. */
const text = (unit: string) =>
  unit === nats
    ? natsUnit({
        hub: ['nats.example.net'],
        port: 4222,
        agents: [],
        folder: '/root/mesh',
        data: '/var/lib/pop-sla',
        natsFolder: '/etc/nats',
        httpPort: 9720,
      })
    : readFileSync(join(folder, unit), 'utf8');
/** All values of a setting, in order. */
const settings = (unit: string, name: string) =>
  [...text(unit).matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map((match) => match[1]);

test('there is a unit for each role', () => {
  expect(units.sort()).toEqual(['pop-sla-agent.service', 'pop-sla-hub.service', 'pop-sla.service']);
});

describe.each([...units, nats])('%s', (unit) => {
  requires({ commands: ['systemd-analyze'] });

  test('has no word that systemd does not know', () => {
    const copy = join(tempDir(), unit);
    // The program is not installed here.
    writeFileSync(
      copy,
      text(unit).replace(/^ExecStart=(\/usr\/bin\/pop-sla run|nats-server )/m, 'ExecStart=/bin/true '),
    );
    const done = spawnSync('systemd-analyze', ['verify', '--man=no', copy], { encoding: 'utf8' });
    expect(done.stderr).toBe('');
    expect(done.status).toBe(0);
  });

  test('leaves the service little to attack: an exposure of 2.0 at most', () => {
    const copy = join(tempDir(), unit);
    writeFileSync(copy, text(unit));
    const args = ['security', '--offline=true', '--no-pager', '--threshold=20', copy];
    const done = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
    expect(done.status, done.stdout).toBe(0);
  });
});

describe.each(units)('%s', (unit) => {
  test('lets the daemon do what it has to', () => {
    expect(settings(unit, 'Type')).toEqual(['notify']);
    expect(settings(unit, 'MemoryDenyWriteExecute')).toEqual([]);
    expect(settings(unit, 'LimitRTPRIO')).toEqual(unit === 'pop-sla-hub.service' ? [] : ['1']);
    expect(settings(unit, 'RestrictRealtime')).toEqual(unit === 'pop-sla-hub.service' ? ['yes'] : []);
    // The daemon stops within 5 s of the time that it has, which are more on a machine that leaves it none; its watchdog
    // is fed twice in its time.
    expect(settings(unit, 'TimeoutStopSec')).toEqual(['60s']);
    expect(settings(unit, 'WatchdogSec')).toEqual(['60s']);
    // An upgrade of a large database is not ended half-way, to begin again.
    expect(settings(unit, 'TimeoutStartSec')).toEqual(['infinity']);
  });

  test('keeps its data where its configuration does', () => {
    const [state] = settings(unit, 'StateDirectory');
    expect(settings(unit, 'WorkingDirectory')).toEqual([`/var/lib/${state ?? ''}`]);
  });
});

describe('the example for logrotate', () => {
  requires({ root: true, commands: ['logrotate'] });

  test('is understood', () => {
    const own = tempDir();
    const config = join(own, 'pop-sla');
    mkdirSync(join(own, 'log'));
    const example = readFileSync(join(folder, 'pop-sla.logrotate'), 'utf8');
    writeFileSync(
      config,
      example
        .replace('/var/log/pop-sla/*', join(own, 'log', '*'))
        .replace('su pop-sla pop-sla', 'su root root'),
    );
    writeFileSync(join(own, 'log', 'pop-sla.log'), 'line\n');
    const args = ['--debug', '--state', join(own, 'state'), config];
    const done = spawnSync('logrotate', args, { encoding: 'utf8' });
    expect(done.status, done.stderr).toBe(0);
    expect(done.stderr).toContain('pop-sla.log');
    expect(done.stderr).not.toMatch(/error:/i);
  });
});
