import { readFile } from 'node:fs/promises';
import { rolldown } from 'rolldown';

/** Editors that no panel needs. */
const editors = {
  name: 'editors',
  resolveId: {
    filter: { id: /^monaco-editor|^react-monaco-editor/ },
    handler: () => ({ id: '\0editors' }),
  },
  load: {
    filter: { id: /^\0editors$/ },
    handler: () => 'export default {}; export const languages = {}, editor = {};',
  },
};

/** A style sheet is put into the page by the module that it is imported as. */
const sheets = {
  name: 'sheets',
  load: {
    filter: { id: /\.css$/ },
    handler: async (id: string) => ({
      code: `document.head.append(Object.assign(document.createElement('style'), { textContent: ${JSON.stringify(await readFile(id, 'utf8'))} }));`,
      moduleType: 'js' as const,
    }),
  },
};

/** The page with Grafana's libraries as one script. */
export async function bundlePage(): Promise<string> {
  const build = await rolldown({
    input: `${import.meta.dirname}/page/page.jsx`,
    platform: 'browser',
    plugins: [editors, sheets],
    // Grafana's dependencies say much that is of no use here; what is wrong rejects.
    logLevel: 'silent',
    transform: { define: { 'process.env.NODE_ENV': '"production"' }, jsx: { runtime: 'automatic' } },
  });
  const { output } = await build.generate({ format: 'iife', codeSplitting: false });
  await build.close();
  return output[0].code;
}
