// The words in Traditional Chinese are those in Simplified Chinese, converted: the characters and Taiwan's phrases by
// OpenCC, the terms of this trade by the glossary. The build converts the compiled catalogue; the tests, which run the
// sources, convert the source of it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConverterFactory, Locale } from 'opencc-js';
import { parse } from 'yaml';

/** The glossary, as `src/i18n/glossary.yaml` has it. */
export const readGlossary = (root) => parse(readFileSync(join(root, 'src', 'i18n', 'glossary.yaml'), 'utf8'));

/** A function that gives a text in Simplified Chinese in Traditional characters and Taiwan's terms. */
export function traditionalConverter(root) {
  const { things, 'zh-TW': terms } = readGlossary(root);
  const own = [
    ...things.flatMap((thing) => ('zh-TW' in thing ? [[thing['zh-CN'], thing['zh-TW']]] : [])),
    ...Object.entries(terms),
  ];
  // A term of the glossary goes before the dictionaries, and what it gives is not converted again.
  const toTaiwan = ConverterFactory(Locale.from.cn, Locale.to.twp);
  const byLength = own.toSorted(([one], [other]) => other.length - one.length);
  const terminology = new Map(byLength);
  const anyTerm = new RegExp(byLength.map(([simplified]) => simplified).join('|'), 'gu');
  return (text) => {
    let converted = '';
    let end = 0;
    for (const match of text.matchAll(anyTerm)) {
      converted += toTaiwan(text.slice(end, match.index)) + terminology.get(match[0]);
      end = match.index + match[0].length;
    }
    return converted + toTaiwan(text.slice(end));
  };
}

/** The module `zh-hant`, from the source of `zh-cn` or from what the compiler made of it. */
export const traditionalModule = (root, simplified) =>
  traditionalConverter(root)(simplified.replace('export const simplified', 'export const converted'));

/** A plugin of Vite: `zh-hant.js`, which only the build writes, is the converted source of `zh-cn.ts`. */
export function traditionalWords(root) {
  const source = join(root, 'src', 'i18n', 'zh-cn.ts');
  const module = join(root, 'src', 'i18n', 'zh-hant.ts');
  return {
    name: 'pop-sla:traditional-words',
    enforce: 'pre',
    // The server of the tests asks by the path below its root too.
    resolveId: (id) => (/\/zh-hant\.[jt]s$/.test(id) ? module : null),
    load(id) {
      if (id !== module) return null;
      this.addWatchFile(source);
      return traditionalModule(root, readFileSync(source, 'utf8'));
    },
  };
}
