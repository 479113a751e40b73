import type { Plugin } from 'vitest/config';

export interface GlossaryThing {
  readonly en: string;
  readonly 'zh-CN': string;
  readonly 'zh-TW'?: string;
  readonly not?: Readonly<Record<string, readonly string[]>>;
  readonly unless?: Readonly<Record<string, readonly string[]>>;
}

export interface Glossary {
  readonly things: readonly GlossaryThing[];
  readonly never: Readonly<Record<string, readonly string[]>>;
  readonly 'zh-TW': Readonly<Record<string, string>>;
}

export function readGlossary(root: string): Glossary;
export function traditionalConverter(root: string): (text: string) => string;
export function traditionalWords(root: string): Plugin;
