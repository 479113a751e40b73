import { daemon } from './daemon.js';
import { makeDashboard } from './dashboard.js';
import { finance } from './finance.js';
import { overview } from './overview.js';
import { path } from './path.js';
import { pop } from './pop.js';
import { services } from './services.js';
import { languages } from './words.js';

export const specs = [overview, path, pop, services, finance, daemon];

/** Every dashboard in every language as the text of its file, by the file's name. */
export function dashboardFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const language of languages)
    for (const spec of specs) {
      const dashboard = makeDashboard(spec, specs, language);
      files.set(`${language}/${spec.id}.json`, `${JSON.stringify(dashboard, null, 2)}\n`);
    }
  return files;
}
