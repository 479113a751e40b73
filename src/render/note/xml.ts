import { create } from 'xmlbuilder2';

/** An element with its content, in the order of the schema: a list, as an element may come again. */
export type Element = readonly [
  name: string,
  content: string | readonly Element[],
  attributes?: Record<string, string>,
];

interface Writer {
  ele(name: string, attributes?: Record<string, string>): Writer;
  txt(text: string): Writer;
}

function write(parent: Writer, elements: readonly Element[]): void {
  for (const [name, content, attributes = {}] of elements) {
    const element = parent.ele(name, attributes);
    if (typeof content === 'string') element.txt(content);
    else write(element, content);
  }
}

/** Elements as the text of an XML document. */
export function xmlOf(
  root: string,
  namespaces: Readonly<Record<string, string>>,
  elements: readonly Element[],
): string {
  const document = create({ version: '1.0', encoding: 'UTF-8' });
  write(document.ele(root, { ...namespaces }), elements);
  return `${document.end({ prettyPrint: true })}\n`;
}

/** An element where there is something to say. */
export const maybe = (name: string, content: string | null): Element[] =>
  content === null ? [] : [[name, content]];
