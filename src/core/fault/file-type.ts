/** A file that may be attached: what it is called, and how it begins. */
interface KnownType {
  readonly type: string;
  readonly extensions: readonly string[];
  readonly is: (bytes: Uint8Array) => boolean;
}

const startsWith = (bytes: Uint8Array, start: readonly number[], at = 0): boolean =>
  start.every((byte, index) => bytes[at + index] === byte);
const ascii = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0));

function isText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return true;
  } catch {
    return false;
  }
}

/** Pictures, documents, texts and captures: what proves a fault. Nothing that a browser would run. */
const known: readonly KnownType[] = [
  {
    type: 'image/png',
    extensions: ['png'],
    is: (b) => startsWith(b, [0x89, ...ascii('PNG'), 13, 10, 26, 10]),
  },
  { type: 'image/jpeg', extensions: ['jpg', 'jpeg'], is: (b) => startsWith(b, [0xff, 0xd8, 0xff]) },
  {
    type: 'image/gif',
    extensions: ['gif'],
    is: (b) => startsWith(b, ascii('GIF87a')) || startsWith(b, ascii('GIF89a')),
  },
  {
    type: 'image/webp',
    extensions: ['webp'],
    is: (b) => startsWith(b, ascii('RIFF')) && startsWith(b, ascii('WEBP'), 8),
  },
  { type: 'application/pdf', extensions: ['pdf'], is: (b) => startsWith(b, ascii('%PDF-')) },
  {
    type: 'application/vnd.tcpdump.pcap',
    extensions: ['pcap', 'cap'],
    is: (b) =>
      startsWith(b, [0xd4, 0xc3, 0xb2, 0xa1]) ||
      startsWith(b, [0xa1, 0xb2, 0xc3, 0xd4]) ||
      startsWith(b, [0x4d, 0x3c, 0xb2, 0xa1]) ||
      startsWith(b, [0xa1, 0xb2, 0x3c, 0x4d]),
  },
  {
    type: 'application/x-pcapng',
    extensions: ['pcapng'],
    is: (b) => startsWith(b, [0x0a, 0x0d, 0x0d, 0x0a]),
  },
  { type: 'application/json', extensions: ['json'], is: isJson },
  { type: 'text/csv', extensions: ['csv'], is: isText },
  { type: 'text/plain', extensions: ['txt', 'log'], is: isText },
];

export const allowedExtensions = known.flatMap(({ extensions }) => extensions).join(', ');

/** The media type of a file whose content is what its name says; else what is wrong with it. */
export function fileType(
  name: string,
  bytes: Uint8Array,
): { readonly type: string } | { readonly fault: string } {
  const extension = /\.([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const named = known.find(({ extensions }) => extensions.includes(extension));
  if (!named) return { fault: extension === '' ? 'has no ending' : `ends in .${extension}` };
  if (bytes.byteLength === 0) return { fault: 'is empty' };
  if (named.is(bytes)) return { type: named.type };
  const actual = known.find(({ is }) => is(bytes));
  return { fault: `is no .${extension}: its content is ${actual?.type ?? 'of another type'}` };
}
