import { describe, expect, test } from 'vitest';
import { fakeSignals, runCli } from '../support/cli.js';
import { quickConfig } from '../support/quick-config.js';
import { tempDir } from '../support/temp-dir.js';

interface Printed {
  readonly rounds: readonly {
    path: string;
    status: string;
    sizes: readonly { sent: number; received: number }[];
  }[];
}

const probe = (args: readonly string[], folder = tempDir()) =>
  runCli(['probe', ...args, '--config', quickConfig(folder)]);

describe('probe', () => {
  test('prints a table of every path; loss is no fault', async () => {
    const run = await probe([]);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    const lines = run.stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(
      /^PATH +SLOT \(UTC\) +STATUS +BYTES +SENT +RECV +LOSS +MIN ms +MEAN ms +MAX ms$/,
    );
    expect(lines[1]).toMatch(/^LAB1>LAB2 .* unscheduled +64 +4 +4 +0\.00% +20\.\d{3} +20\.\d{3} +20\.\d{3}$/);
    expect(lines[4]).toMatch(/^LAB1>LAB3 .* unscheduled +64 +4 +0 +100\.00% +- +- +-$/);
    expect(lines).toHaveLength(7);
  });

  test('takes a path, or the PoP at its end', async () => {
    for (const name of ['LAB1>LAB2', 'LAB2']) {
      const run = await probe([name, '--json']);
      const { rounds } = JSON.parse(run.stdout) as Printed;
      expect(rounds.map((round) => round.path)).toEqual(['LAB1>LAB2']);
      expect(rounds[0]?.sizes.map((size) => size.received)).toEqual([4, 4, 4]);
    }
  });

  test('stores nothing unless it is told to', async () => {
    const folder = tempDir();
    await probe(['LAB2'], folder);
    const rounds = () => runCli(['rounds', '--json', '--config', quickConfig(folder)]);
    expect(await rounds()).toMatchObject({ code: 1 });
    await probe(['LAB2', '--store'], folder);
    const { rounds: stored } = JSON.parse((await rounds()).stdout) as Printed;
    expect(stored).toMatchObject([{ path: 'LAB1>LAB2', status: 'unscheduled' }]);
  });

  test('names the paths there are when it is given another', async () => {
    expect(await probe(['LAB9'])).toEqual({
      code: 2,
      stdout: '',
      stderr: "pop-sla: no path 'LAB9'; allowed: 'LAB1>LAB2', 'LAB1>LAB3'\n",
    });
  });

  test('guesses that a shell took > for itself', async () => {
    const run = await probe(['LAB1']);
    expect(run.stderr).toContain("(a path needs quotes: 'LAB1>…')");
  });

  test('ends at Ctrl-C with what it has, and says that it is not whole', async () => {
    const signals = fakeSignals();
    const running = runCli(['probe', 'LAB3', '--json', '--config', quickConfig(tempDir())], {
      onSignal: (signal, listener) => {
        const off = signals.onSignal(signal, listener);
        setTimeout(() => {
          signals.send('SIGINT');
        }, 50);
        return off;
      },
    });
    const run = await running;
    expect(run.code).toBe(1);
    expect((JSON.parse(run.stdout) as Printed).rounds).toMatchObject([{ status: 'aborted' }]);
    expect(signals.listening('SIGINT')).toBe(0);
  });

  test('shows how far it is on a terminal, and takes that line away', async () => {
    const shown: string[] = [];
    const stderr = {
      isTTY: true,
      columns: 100,
      write: (text: string) => shown.push(text),
      on: () => undefined,
      once: () => undefined,
      removeListener: () => undefined,
    };
    const run = await runCli(['probe', 'LAB2', '--config', quickConfig(tempDir())], { stderr });
    expect(run.code).toBe(0);
    expect(shown.join('')).toContain('probing 1 path [                        ] 0/12 sent, 0 answered');
    expect(run.stdout).not.toContain('probing');
  });
});
