// Writes the dashboards' JSON: `npm run dashboards`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dashboardFiles } from './all.js';

for (const [name, text] of dashboardFiles()) {
  const file = join('dashboards/grafana/json', name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
