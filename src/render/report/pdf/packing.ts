import { zlibSync } from 'fflate';

/** A stream of a PDF on its way into the file. pdfkit's types leave out what it holds. */
type Stream = PDFKit.PDFKitReference & { buffer?: Uint8Array[] };

/**
 * Compresses the streams of a document in JavaScript. The zlib of Node.js gives other bytes from one version and one
 * processor to the next, and a document that was handed out has to come out again as the same bytes.
 */
export function packAlike(document: PDFKit.PDFDocument): void {
  const make = document.ref.bind(document);
  document.ref = (data) => {
    const stream: Stream = make(data);
    const finish = stream.finalize.bind(stream);
    stream.finalize = () => {
      if (stream.compress && stream.buffer !== undefined && stream.buffer.length > 0) {
        stream.buffer = [zlibSync(Buffer.concat(stream.buffer))];
        // It has the mark of a compressed one by now.
        stream.compress = false;
      }
      finish();
    };
    return stream;
  };
}
