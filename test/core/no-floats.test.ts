import { join, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { root } from '../support/source-files.js';

/** Everything on the way from a case to a tier, a band or an amount. */
const deciding =
  /^src\/core\/(number|money|plan|exclusion|exclusion-rules|quality|availability|credit|statement)(\/|\.ts$)|^src\/core\/measurement\/figures\.ts$|^src\/core\/time\/(intervals|calendar)\.ts$/;

const config = ts.readConfigFile(join(root, 'tsconfig.json'), (file) => ts.sys.readFile(file));
const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
const files = ts.sys.readDirectory(join(root, 'src/core'), ['.ts']);
const program = ts.createProgram(files, options);
const checker = program.getTypeChecker();
const judged = program
  .getSourceFiles()
  .filter(({ fileName }) => deciding.test(relative(root, fileName).split('\\').join('/')));

const dividing = new Set([
  ts.SyntaxKind.SlashToken,
  ts.SyntaxKind.SlashEqualsToken,
  ts.SyntaxKind.AsteriskAsteriskToken,
  ts.SyntaxKind.AsteriskAsteriskEqualsToken,
]);

/** Ways to make or round a number that is not whole. */
const roundings =
  /^(?:Math\.(?!max$|min$)\w+|parseFloat|Number\.parseFloat|\w+(?:\.\w+)*\.(?:toFixed|toPrecision|toExponential))$/;

function findings(source: ts.SourceFile): string[] {
  const found: string[] = [];
  const note = (node: ts.Node) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${relative(root, source.fileName)}:${line + 1} ${node.getText()}`);
  };
  const isBigInt = (node: ts.Node) => (checker.getTypeAtLocation(node).flags & ts.TypeFlags.BigIntLike) !== 0;
  const visit = (node: ts.Node): void => {
    if (ts.isBinaryExpression(node) && dividing.has(node.operatorToken.kind)) {
      if (!isBigInt(node.left) || !isBigInt(node.right)) note(node);
    }
    if (ts.isPropertyAccessExpression(node) || ts.isIdentifier(node)) {
      if (roundings.test(node.getText())) note(node);
    }
    if (ts.isNumericLiteral(node) && !/^[\d_]+$/.test(node.getText())) note(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe('what decides a tier, a band or an amount', () => {
  test('is looked at', () => {
    expect(judged.length).toBeGreaterThan(20);
  });

  test('divides whole numbers of any size only, and rounds no binary fraction', () => {
    expect(judged.flatMap(findings)).toEqual([]);
  });

  test('would be found dividing', () => {
    const name = 'sample.ts';
    const text = 'const a = 1 / 2; const b = 1n / 2n; const c = Math.round(1.5) + (3).toFixed(1).length;';
    const host = ts.createCompilerHost({});
    const sample = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
    const own = ts.createProgram(
      [name],
      { target: ts.ScriptTarget.ES2022 },
      {
        ...host,
        getSourceFile: (file, target) => (file === name ? sample : host.getSourceFile(file, target)),
      },
    );
    const divisions: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isBinaryExpression(node) && dividing.has(node.operatorToken.kind)) {
        const type = own.getTypeChecker().getTypeAtLocation(node.left);
        if ((type.flags & ts.TypeFlags.BigIntLike) === 0) divisions.push(node.getText());
      }
      ts.forEachChild(node, visit);
    };
    visit(sample);
    expect(divisions).toEqual(['1 / 2']);
    expect(['Math.round', 'x.toFixed', 'Math.max', 'Math.min'].map((each) => roundings.test(each))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
