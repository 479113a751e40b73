import { createReadStream } from 'node:fs';

/** A platform's string ends at about 512 MB; a case this large is a mistake long before. */
const mostBytes = 256 * 1024 * 1024;

/** Reads a case from a file or a stream; what is wrong as text otherwise. */
export async function readCaseText(
  source: string | AsyncIterable<string | Uint8Array>,
): Promise<{ readonly text: string } | { readonly fault: string }> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let text = '';
  let bytes = 0;
  try {
    for await (const chunk of typeof source === 'string' ? createReadStream(source) : source) {
      const part = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array);
      bytes += part.byteLength;
      if (bytes > mostBytes) return { fault: `is too long: a case has at most ${mostBytes} bytes` };
      // Decoded as it comes, so that the bytes and the text are not in memory together.
      text += decoder.decode(part, { stream: true });
    }
    return { text: text + decoder.decode() };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return { fault: 'is not UTF-8' };
    if (code === 'ENOENT') return { fault: 'there is no such file' };
    return { fault: `can't be read: ${code === 'EISDIR' ? 'it is a folder' : (code ?? String(error))}` };
  }
}
