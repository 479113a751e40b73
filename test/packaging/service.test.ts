import { describe, expect, test } from 'vitest';
import { withLab } from '../lab/lab.js';
import { machineNeeds, startMachine } from '../lab/machine.js';
import { requires } from '../support/requires.js';

/** The unit under a real systemd, as process 1 of a machine of its own. */
describe('pop-sla.service', () => {
  requires(machineNeeds);

  test(
    'is ready when it measures, and comes back when it is killed or stands still',
    { timeout: 300_000 },
    async () => {
      await withLab(async (lab) => {
        const machine = await startMachine(lab, 'service');
        const show = async (...names: string[]): Promise<Record<string, string>> => {
          const shown = await machine.must(
            `systemctl show pop-sla ${names.map((name) => `-p ${name}`).join(' ')}`,
          );
          const pairs = shown
            .trim()
            .split('\n')
            .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
          return Object.fromEntries(pairs);
        };
        const back = (restarts: number) =>
          expect
            .poll(() => show('ActiveState', 'NRestarts'), { timeout: 90_000, interval: 500 })
            .toEqual({ ActiveState: 'active', NRestarts: String(restarts) });
        await machine.must(
          "sed -i 's#path: .*pop-sla.db#path: /var/lib/pop-sla/pop-sla.db#' /etc/pop-sla/pop-sla.yaml",
        );
        // In place of a minute.
        await machine.must(
          'mkdir -p /etc/systemd/system/pop-sla.service.d && ' +
            String.raw`printf '[Service]\nWatchdogSec=10s\n' > /etc/systemd/system/pop-sla.service.d/watchdog.conf && ` +
            'systemctl daemon-reload',
        );

        // Type=notify: `start` comes back when the daemon has said that it measures.
        await machine.must('systemctl start pop-sla');
        const { StatusText } = await show('StatusText');
        expect(StatusText).toMatch(/^standalone, 2 paths, http:/);
        expect(await machine.must('pop-sla status')).toMatch(/^running +since /m);
        expect(await machine.must('stat -c %U /var/lib/pop-sla/pop-sla.db')).toBe('pop-sla\n');

        await machine.must('systemctl kill -s KILL pop-sla');
        await back(1);

        // A daemon that stands still feeds no watchdog.
        await machine.must('systemctl kill -s STOP pop-sla');
        await back(2);
        expect(await machine.must('journalctl -u pop-sla -o cat')).toContain('Watchdog timeout');

        await machine.must("echo 'agent: nowhere' >> /etc/pop-sla/pop-sla.yaml && systemctl reload pop-sla");
        await back(2);
        await machine.must('systemctl stop pop-sla');
        expect(await show('ActiveState', 'Result')).toEqual({ ActiveState: 'inactive', Result: 'success' });
      });
    },
  );
});
