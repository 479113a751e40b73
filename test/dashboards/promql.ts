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

/** A selector of series in an expression. */
export interface Selector {
  readonly metric: string;
  /** As they are written: `job=~"$job"`. */
  readonly matchers: readonly string[];
  /** `5m` of `metric[5m]`. */
  readonly range: string | null;
  /** The function that it is the argument of. */
  readonly call: string | null;
}

export function selectorsIn(expr: string): Selector[] {
  const found: Selector[] = [];
  const text = ({ from, to }: { readonly from: number; readonly to: number }): string => expr.slice(from, to);
  parser.parse(expr).iterate({
    enter: ({ node }) => {
      if (node.name !== 'VectorSelector') return;
      const matchers: string[] = [];
      node.cursor().iterate((inner) => {
        if (inner.name.endsWith('LabelMatcher')) matchers.push(text(inner));
      });
      const matrix = node.parent?.name === 'MatrixSelector' ? node.parent : null;
      let above = (matrix ?? node).parent;
      while (above && above.name !== 'FunctionCall' && above.name !== 'AggregateExpr') above = above.parent;
      const name = above?.name === 'FunctionCall' ? above.getChild('FunctionIdentifier') : null;
      found.push({
        metric: text(node.getChild('Identifier') ?? { from: 0, to: 0 }),
        matchers,
        range: matrix ? (/\[([^\]]*)\]$/.exec(text(matrix))?.[1] ?? null) : null,
        call: name ? text(name) : null,
      });
    },
  });
  return found;
}
