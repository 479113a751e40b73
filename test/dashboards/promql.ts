import { createRequire } from 'node:module';
import { parser } from '@prometheus-io/lezer-promql';

interface Checker {
  tree: unknown;
  analyze(): void;
  getDiagnostics(): { readonly message: string }[];
}

// The checker and the editor it is written for have to be one copy: that which `require` gives.
const require = createRequire(import.meta.url);
const { EditorState } = require('@codemirror/state') as {
  EditorState: { create(options: { doc: string }): unknown };
};
const { Parser } = require('@prometheus-io/codemirror-promql/dist/cjs/parser/parser.js') as {
  Parser: new (state: unknown) => Checker;
};

/** Syntax by the grammar, types by the editor's checker: each misses what the other finds. */
export function promqlFaults(expr: string): string[] {
  const faults: string[] = [];
  const tree = parser.parse(expr);
  tree.iterate({
    enter: ({ type, from }) => {
      if (type.isError) faults.push(`${expr.slice(from, from + 20)}: syntax`);
    },
  });
  const checker = new Parser(EditorState.create({ doc: expr }));
  // The editor parses for as long as a person would wait, and no longer: here it has to be all of it.
  checker.tree = tree;
  checker.analyze();
  return [...faults, ...checker.getDiagnostics().map(({ message }) => message)];
}
