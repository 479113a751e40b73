import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { showConfig } from '../../src/config/show.js';
import { watchNotes } from '../../src/config/config.js';
import { ledgerConfig } from '../support/ledger.js';
import { configOf, threePops } from './support.js';

describe('what a configuration leaves unwatched', () => {
  test('is nothing where every line ends on a port that is watched', async () => {
    const loaded = await loadConfig(ledgerConfig());
    expect(loaded.ok && watchNotes(loaded.config)).toEqual([]);
  });

  test('is all of it with a kind of probe that sends no single echo', () => {
    const config = configOf(`${threePops}driver: fping\n`);
    const [note] = watchNotes(config);
    expect(note).toMatch(/^the driver fping measures rounds only: no port is watched, /);
    expect(showConfig(config)).toContain(`  # ${note ?? ''}`);
    expect(watchNotes(configOf(`${threePops}driver: fping\nwatch: { ports: [] }\n`))).toEqual([]);
  });

  test("is the agent's own port, and one that is left out, with the lines that services have there", async () => {
    const loaded = await loadConfig(ledgerConfig());
    if (!loaded.ok) throw new Error('it is refused');
    const { config } = loaded;
    const lines = [
      { id: 'l1', pop: 'HKG' },
      { id: 'l2', pop: 'FRA' },
      { id: 'spare', pop: 'FRA' },
    ];
    const notes = watchNotes({
      ...config,
      book: { ...config.book, lines },
      watch: { ...config.watch, ports: ['SIN'] },
    });
    expect(notes).toEqual([
      'the port of HKG is not watched from here, the agent stands in it: the time of line l1 is unobserved, unless another agent watches it',
      'the port of FRA is not watched from here, it is not among watch.ports: the time of line l2 is unobserved, unless another agent watches it',
    ]);
  });
});
