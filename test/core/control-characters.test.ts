import { expect, test } from 'vitest';
import { hasControls, printableLine, printableText } from '../../src/core/text/control-characters.js';

test.each([
  ['an escape sequence', 'a\u001b[31mb', String.raw`a\u001b[31mb`],
  ['NUL, bell and DEL', 'a\u0000b\u0007c\u007f', String.raw`a\u0000b\u0007c\u007f`],
  ['a C1 control sequence introducer', 'a\u009b2Jb', String.raw`a\u009b2Jb`],
  ['a direction override', 'a\u202eb', String.raw`a\u202eb`],
  ['a carriage return that would overwrite the line', 'good\rbad', String.raw`good\u000dbad`],
  ['line ends and tabs', 'a\r\nb\tc\n', 'a\r\nb\tc\n'],
  ['other scripts', '云连接 Übersicht', '云连接 Übersicht'],
])('text with %s', (_what, text, shown) => {
  expect(printableText(text)).toBe(shown);
});

test('a line has no line ends either', () => {
  expect(printableLine('a\r\nb\tc')).toBe(String.raw`a\u000d\u000ab\u0009c`);
  expect([hasControls('a b'), hasControls('a\tb'), hasControls('a\u0000')]).toEqual([false, true, true]);
});

test('JSON keeps its value', () => {
  const value = { name: 'a\u009bb\u001bc\u2028\u202e' };
  const text = printableText(JSON.stringify(value, null, 2));
  expect(JSON.parse(text)).toEqual(value);
  // eslint-disable-next-line no-control-regex -- the point of it
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u202e]/);
});
