import type { Pages, Sheet } from '../blocks.js';
import type { ReportLanguage } from '../languages.js';
import { localeOf } from '../locale.js';
import type { Report } from '../report.js';
import { changeBlocks } from './changes.js';
import { coverSheet, selectionName } from './cover.js';
import { creditBlocks } from './credit.js';
import { exclusionBlocks } from './exclusions.js';
import { headBlocks } from './head.js';
import { monthBarBlocks } from './month-bar.js';
import { explainBlocks, integrityBlocks, methodBlocks, rulingBlocks } from './origin.js';
import { outageBlocks } from './outages.js';
import { pathBlocks } from './paths.js';
import { stateOf, type Scene } from './scene.js';
import { summaryBlocks } from './summary.js';

/** The width between the margins of A4, in points: drawings are made for it. */
export const contentWidth = 499;

/** The report as blocks to be read; of more than one statement, a sheet with them all comes first. */
export function composeReport(report: Report, language: ReportLanguage): Pages {
  const locale = localeOf(language);
  const { statements, selection, names } = report;
  const single = selection.by === 'service' && statements.length === 1;
  const sheets = statements.map((statement) => statementSheet({ ...statement, locale, names }));
  const title = single ? locale.words.statementTitle : locale.words.reportTitle;
  return {
    title: `${title} · ${locale.month(report.month)} · ${selectionName(report, locale)}`,
    language,
    date: newest(statements.map(({ document, seal }) => seal?.sealedAt ?? document.asOf)),
    sheets: single ? sheets : [coverSheet(report, locale), ...sheets],
    page: locale.words.page,
  };
}

function statementSheet(scene: Scene): Sheet {
  const { document, seal, locale } = scene;
  const { words } = locale;
  const state = stateOf(scene);
  const footer = words.statementFooter(document.service, document.month, document.revision, state);
  return {
    footer: seal === null ? footer : `${footer} · SHA-256 ${seal.hash.slice(0, 16)}…`,
    stamp: document.state === 'sealed' ? null : state,
    blocks: [
      ...headBlocks(scene),
      ...summaryBlocks(scene),
      ...monthBarBlocks(scene, contentWidth),
      ...changeBlocks(scene),
      ...creditBlocks(scene),
      ...outageBlocks(scene),
      ...exclusionBlocks(scene),
      ...pathBlocks(scene, contentWidth),
      ...methodBlocks(scene),
      ...integrityBlocks(scene),
      ...explainBlocks(scene),
      ...rulingBlocks(scene),
    ],
  };
}

function newest(instants: readonly string[]): string {
  const latest = Math.max(0, ...instants.map((each) => Date.parse(each)));
  return new Date(latest).toISOString();
}
