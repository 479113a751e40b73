import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dashboardFiles } from '../../dashboards/grafana/src/all.js';
import { readGlossary, traditionalConverter } from '../../.node/traditional.mjs';
import { english } from '../../src/i18n/en.js';
import { fill, kindWords, planWords } from '../../src/i18n/plan/words.js';
import { simplified } from '../../src/i18n/zh-cn.js';
import { traditional } from '../../src/i18n/zh-tw.js';
import { root, sourceFiles } from '../support/source-files.js';

const glossary = readGlossary(root);

/** `portal.faults.none: No reports yet`: every text of a catalogue, with something in its places. */
function textsOf(words: object, prefix = ''): string[] {
  return Object.entries(words).flatMap(([key, value]: [string, unknown]) => {
    if (typeof value === 'function') {
      const given = Array.from({ length: value.length }, () => ['7']);
      return [`${prefix}${key}: ${(value as (...values: unknown[]) => string)(...given)}`];
    }
    if (typeof value === 'object' && value !== null) return textsOf(value, `${prefix}${key}.`);
    return [`${prefix}${key}: ${String(value)}`];
  });
}

/** What Grafana's dashboards say: titles, descriptions, names of variables, annotations and columns. */
const dashboardTexts = (language: 'en' | 'zh'): string[] =>
  [...dashboardFiles()].flatMap(([name, text]) =>
    name.startsWith(language)
      ? [...text.matchAll(/"(?:title|description|label|Value #[A-Z])": ("(?:[^"\\]|\\.)*")/g)].map(
          ([, words = '""']) => `${name}: ${JSON.parse(words) as string}`,
        )
      : [],
  );

const catalogues = {
  en: [
    ...textsOf(english),
    ...textsOf(planWords.en, 'plan.'),
    ...textsOf(kindWords.en, 'kind.'),
    ...dashboardTexts('en'),
  ],
  'zh-CN': [
    ...textsOf(simplified),
    ...textsOf(planWords.zh, 'plan.'),
    ...textsOf(kindWords.zh, 'kind.'),
    ...dashboardTexts('zh'),
  ],
  'zh-TW': textsOf(traditional),
} as const;

const languages = Object.keys(catalogues) as (keyof typeof catalogues)[];

/** The text without its key, and without the phrases in which a word means something else. */
const meant = (line: string, phrases: readonly string[] = []): string =>
  phrases.reduce((text, phrase) => text.replaceAll(phrase, '∎'), line.replace(/^[^:]*: /, '')).toLowerCase();

/** English words are found whole: `no delay`, but not `delayed`. */
const has = (text: string, word: string, language: string): boolean =>
  language === 'en'
    ? new RegExp(`(?<![a-z])${word.toLowerCase().trim()}(?![a-z])`).test(text)
    : text.includes(word);

function secondWords(texts: readonly string[], language: keyof typeof catalogues): string[] {
  const never = glossary.never[language] ?? [];
  return texts.flatMap((line) => [
    ...glossary.things.flatMap((thing) =>
      (thing.not?.[language] ?? [])
        .filter((word) => has(meant(line, thing.unless?.[language]), word, language))
        .map((word) => `${line} — “${word}” for ${thing.en}`),
    ),
    ...never.filter((word) => has(meant(line), word, language)).map((word) => `${line} — “${word}”`),
  ]);
}

describe('the glossary', () => {
  test.each(languages)('finds no second word for a thing in %s', (language) => {
    expect(secondWords(catalogues[language], language)).toEqual([]);
  });

  test.each([
    ['en', 'x: That was said by nobody'],
    ['en', 'x: Draw up drafts'],
    ['zh-CN', 'x: 已申领'],
    ['zh-CN', 'x: 没有套餐'],
    ['zh-CN', 'x: 按服务'],
    ['zh-CN', 'x: 3 个探测代理异常'],
    ['zh-TW', 'x: 時延等級'],
    ['zh-TW', 'x: 所用埠的中斷'],
    ['zh-TW', 'x: 賠償合計'],
  ] as const)('finds the second word in %s: %s', (language, line) => {
    expect(secondWords([line], language)).toHaveLength(1);
  });

  test('its words are those that the catalogues use', () => {
    const unused = glossary.things.filter(
      (thing) => !catalogues['zh-CN'].some((line) => line.includes(thing['zh-CN'])),
    );
    expect(unused.map((thing) => thing['zh-CN'])).toEqual([]);
  });

  test('a state of a ticket has one word, on pages, in messages and in errors', () => {
    for (const words of [simplified, traditional]) {
      const inState = words.portal.refusals.say['in-state'];
      for (const [state, word] of Object.entries(words.portal.faults.state)) {
        expect(words.mail[`state.${state}` as keyof typeof words.mail]).toBe(word);
        expect(inState(state)).toContain(word);
      }
    }
  });

  test('a kind of exclusion has one word in plans and in statements', () => {
    expect(kindWords).toEqual({ en: english.report.exclusionKind, zh: simplified.report.exclusionKind });
  });
});

describe('wordings that were given up', () => {
  const old =
    /out of order|what was said|was not entered|it is noted|looked for changes|adds up to|became of|asked for together|take back|felt since|is felt|nothing left out|its ending says|rests on has changed|draw up|drawn up|a word on/i;

  test.each(['src/cli', 'src/http', 'src/portal', 'src/i18n'])('are in no text of %s', (folder) => {
    const texts = sourceFiles(folder).flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, n) =>
        // A comment is read by nobody who uses the program.
        /^\s*(?:\/\/|\/?\*)/.test(line) || !old.test(line) ? [] : [`${path}:${n + 1}: ${line.trim()}`],
      ),
    );
    expect(texts).toEqual([]);
  });

  test('are not in the guide', () => {
    const folder = join(root, 'src', 'guide', 'en');
    const found = readdirSync(folder).filter((name) => old.test(readFileSync(join(folder, name), 'utf8')));
    expect(found).toEqual([]);
  });
});

describe('the words in Traditional Chinese', () => {
  test('are converted: the trade’s terms by the glossary, the rest by OpenCC', () => {
    const convert = traditionalConverter(root);
    expect(convert('端口的时延与丢包率，业务的线路')).toBe('連接埠的延遲與封包遺失率，服務的電路');
    expect(convert('请保存网络配置文件')).toBe('請儲存網路組態檔案');
    // A term inside a longer one, and one beside another.
    expect(convert('来源与源，退出登录')).toBe('來源與來源，登出');
  });

  test('have no Simplified character left', () => {
    const convert = traditionalConverter(root);
    // What a second conversion changes was not converted; each language is called by its own name.
    const left = catalogues['zh-TW'].filter(
      (line) => !line.includes('languageName') && /[们务业线时应录达态户报测断开间个为与数据]/u.test(line),
    );
    expect(left).toEqual([]);
    expect(convert('简体')).toBe('簡體');
  });

  test('are the same in the build, which writes them, and in the sources, which the tests run', async () => {
    const built = (await import(join(root, 'dist', 'src', 'i18n', 'zh-tw.js'))) as {
      traditional: typeof traditional;
    };
    expect(textsOf(built.traditional)).toEqual(textsOf(traditional));
  });

  test('are not kept in the sources', () => {
    const text = readFileSync(join(root, 'src', 'i18n', 'zh-tw.ts'), 'utf8');
    expect(text.match(/\p{Script=Han}/gu)?.length ?? 0).toBeLessThan(100);
  });
});

test('the places of the plans’ words are the same in both languages', () => {
  const placesOf = (text: string): string[] =>
    [...text.matchAll(/\{(\w+)\}/g)].map(([place]) => place).sort();
  for (const key of Object.keys(planWords.en) as (keyof typeof planWords.en)[])
    expect([key, placesOf(planWords.zh[key])]).toEqual([key, placesOf(planWords.en[key])]);
  expect(fill('{a} {b}', { a: 1 })).toBe('1 {b}');
});
