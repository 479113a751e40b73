import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../../src/config/case/json.js';

const valueOf = (text: string): unknown => {
  const parsed = parseJson(text);
  return 'faults' in parsed ? parsed.faults.map(({ path, message }) => `${path} ${message}`) : parsed.value;
};

describe('JSON', () => {
  test('is read as the platform reads it', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(valueOf(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('is refused where the platform refuses it', () => {
    const isJson = (text: string) => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    const soup = fc.array(
      fc.constantFrom(
        ...Array.from('{}[],:"\\u0a1-+.eE tfn'),
        'true',
        'null',
        '"a"',
        '\n',
        '\t',
        '\u0000',
        '01',
        '1e5',
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(soup, (parts) => {
        const text = parts.join('');
        fc.pre(!/"a"[^]*"a"\s*:/.test(text) && !/"[^"]*"[^]*:[^]*"[^"]*"\s*:/.test(text));
        expect('value' in parseJson(text)).toBe(isJson(text));
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['', '$ is not JSON: line 1, column 1: expected a value, found the end'],
    ['{"a": 1,}', '$ is not JSON: line 1, column 9: expected a key in double quotes, found "}"'],
    ['{\n  "a": 01\n}', '$ is not JSON: line 2, column 9: expected "," or "}", found "1\\n}"'],
    ['[1 2]', '$ is not JSON: line 1, column 4: expected "," or "]", found "2]"'],
    ['{} {}', '$ is not JSON: line 1, column 4: expected nothing after the value, found "{}"'],
    ["{'a': 1}", '$ is not JSON: line 1, column 2: expected a key in double quotes, found "\'a\': 1}"'],
    ['{"a" 1}', '$ is not JSON: line 1, column 6: expected ":", found "1}"'],
    [
      '["a\nb"]',
      '$ is not JSON: line 1, column 2: expected a string that ends on its line, found "\\"a\\nb\\"]"',
    ],
    [
      '["\\x"]',
      '$ is not JSON: line 1, column 2: expected a string with valid escapes, found "\\"\\\\x\\"]"',
    ],
    ['[NaN]', '$ is not JSON: line 1, column 2: expected a value, found "NaN]"'],
    ['[tru]', '$ is not JSON: line 1, column 2: expected a value, found "tru]"'],
    ['{"a": 1, "b": {"a": 1, "a": 2}, "a": 3}', '$.b.a is given twice: a key may stand once'],
  ])('%j', (text, line) => {
    expect((valueOf(text) as string[])[0]).toBe(line);
  });

  test('finds every key that is given twice, with its path', () => {
    expect(valueOf('{"a": [{"x": 1}, {"x": 1, "x": 1}], "a b": 1, "a b": 2}')).toEqual([
      '$.a[1].x is given twice: a key may stand once',
      '$["a b"] is given twice: a key may stand once',
    ]);
  });

  test('ends at a depth, and not the stack', () => {
    expect(valueOf('['.repeat(1_000_000))).toEqual([
      '$ is not JSON: line 1, column 66: is nested deeper than 64 levels',
    ]);
  });

  test('has a key "__proto__" like any other', () => {
    const value = valueOf('{"__proto__": {"x": 1}, "a": 1}') as object;
    expect(Object.keys(value)).toEqual(['__proto__', 'a']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  test('may begin with a byte order mark', () => {
    expect(valueOf('\ufeff{"a": 1}')).toEqual({ a: 1 });
  });
});
