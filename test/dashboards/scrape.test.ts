import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { requires } from '../support/requires.js';
import { root } from '../support/source-files.js';

requires({ commands: ['promtool'] });

test('Prometheus takes the scrape example', () => {
  const file = join(root, 'dashboards/prometheus/scrape.yaml');
  expect(execFileSync('promtool', ['check', 'config', file], { encoding: 'utf8' })).toContain('SUCCESS');
});
