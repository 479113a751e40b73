import { heading, left, paragraph, table, type Block } from '../blocks.js';
import { textIn } from '../../../i18n/locale.js';
import { derivationOf, isDerivedWhenShown } from '../derivation.js';
import type { Scene } from './month-bar.js';

/** How it was measured. */
export function methodBlocks({ document, locale }: Scene): Block[] {
  const { words, count, duration } = locale;
  const drivers = new Map<string, { driver: string; stamps: string; rounds: number }>();
  for (const { driver, stamps, rounds } of document.paths.flatMap(({ measuredBy }) => measuredBy)) {
    const key = `${driver}\n${stamps}`;
    drivers.set(key, { driver, stamps, rounds: (drivers.get(key)?.rounds ?? 0) + rounds });
  }
  const measured = [...drivers.values()].map((each) =>
    words.measuredBy(each.driver, each.stamps, count(each.rounds)),
  );
  // The decimals that the plan looks a band up by, as they are in the figures.
  const decimals = [
    ...new Set(
      document.paths.flatMap(({ excessPercent }) =>
        excessPercent === null ? [] : [(excessPercent.split('.')[1] ?? '').length],
      ),
    ),
  ];
  return [
    heading(words.howMeasured),
    paragraph(words.howAvailability(duration(document.shortestSureOutageMs))),
    ...(document.paths.length > 0 ? [paragraph(words.howRounds)] : []),
    paragraph([words.howRounding, ...decimals.map(words.howLatencyBands)].join(words.sentenceGap)),
    ...(measured.length > 0 ? [paragraph(`${words.path}: ${measured.join('; ')}`, 'faint')] : []),
  ];
}

/** What proves it: the seal, and what it was drawn up from. */
export function integrityBlocks({ document, seal, locale }: Scene): Block[] {
  const { words } = locale;
  const { inputs } = document;
  return [
    heading(words.integrity),
    {
      kind: 'facts',
      columns: 1,
      facts: [
        ...(seal === null
          ? []
          : [
              { label: words.sealedAt, value: words.sealedBy(locale.instant(seal.sealedAt), seal.sealedBy) },
              { label: words.hash, value: seal.hash, code: true },
              { label: words.key, value: seal.key, code: true },
              { label: words.signature, value: seal.signature, code: true },
            ]),
        { label: words.previous, value: document.previous ?? words.none, code: document.previous !== null },
        { label: words.inputsDigest, value: inputs.digest, code: true },
        {
          label: words.roundsDigest(locale.count(inputs.rounds.count)),
          value: inputs.rounds.digest,
          code: true,
        },
        { label: words.ledgerHead(inputs.ledgerHead.seq), value: inputs.ledgerHead.hash, code: true },
        { label: words.configDigest, value: inputs.config, code: true },
        { label: words.software, value: `pop-sla ${document.software}` },
        ...(inputs.zoneData === undefined ? [] : [{ label: words.zoneData, value: inputs.zoneData }]),
      ],
    },
    ...(seal === null ? [] : [paragraph(words.verifyNote, 'faint')]),
  ];
}

/** How the contract was read in what touched the statement, each ruling once. */
export function rulingBlocks({ document, locale }: Pick<Scene, 'document' | 'locale'>): Block[] {
  const { words, language } = locale;
  const rulings = new Map(
    document.parts.flatMap((part) => (part.rulings ?? []).map((each) => [each.id, each])),
  );
  if (rulings.size === 0) return [];
  return [
    heading(words.rulings),
    paragraph(words.rulingsNote, 'faint'),
    table(
      [left(words.clause), left(words.ruling)],
      [...rulings.values()].map(({ clause, text }) => ({
        cells: [clause ?? words.noClause, textIn(text, language)],
      })),
    ),
  ];
}

/** The derivation of every figure, line by line. */
export function explainBlocks({ document, locale }: Scene): Block[] {
  const { words } = locale;
  const lines = derivationOf(document, locale).flatMap((part, index) => (index === 0 ? part : ['', ...part]));
  if (lines.length === 0) return [];
  return [
    heading(words.explain),
    ...(words.explainNote === '' || isDerivedWhenShown(document)
      ? []
      : [paragraph(words.explainNote, 'faint')]),
    { kind: 'lines', lines },
  ];
}
