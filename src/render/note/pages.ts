import type { Party } from '../../core/billing/batch.js';
import { minorOf } from '../../core/money.js';
import type { ReportLanguage } from '../../i18n/languages.js';
import { localeOf, type Locale } from '../../i18n/locale.js';
import { lineReason, type NoteWords, noteWords } from '../../i18n/note.js';
import {
  type Block,
  type Fact,
  heading,
  left,
  type Pages,
  paragraph,
  right,
  table,
} from '../report/blocks.js';
import { invoicesOf, type NoteSource, periodOf } from './source.js';

interface Scene extends NoteSource {
  readonly words: NoteWords;
  readonly locale: Locale;
}

/** A note to be read and kept on paper. */
export function notePages({ note, lines }: NoteSource, language: ReportLanguage): Pages {
  const words = noteWords[language];
  const scene: Scene = { note, lines, words, locale: localeOf(language) };
  const title = minorOf(note.gross, note.currency) < 0n ? words.debitNote : words.creditNote;
  return {
    title: `${title} ${note.id}`,
    language,
    date: `${note.date}T00:00:00Z`,
    page: words.page,
    sheets: [
      {
        footer: `${title} ${note.id} · ${note.issuer.name}`,
        stamp: null,
        blocks: [
          {
            kind: 'title',
            text: title,
            subtitle: scene.locale.month(note.month),
            badge: { text: note.id, tone: 'good' },
          },
          ...partyBlocks(scene),
          ...lineBlocks(scene),
          ...totalBlocks(scene),
          paragraph(words.terms, 'faint'),
        ],
      },
    ],
  };
}

function partyFacts(label: string, party: Party, words: NoteWords): Fact[] {
  const { name, address, city, postcode, country, taxId, registration } = party;
  const place = [...address, [postcode, city].filter((each) => each !== null).join(' '), country ?? ''];
  return [
    { label, value: name },
    { label: words.address, value: place.filter((each) => each !== '').join('\n') },
    ...(taxId === null ? [] : [{ label: words.taxId, value: taxId }]),
    ...(registration === null ? [] : [{ label: words.registration, value: registration }]),
  ];
}

function partyBlocks({ note, lines, words, locale }: Scene): Block[] {
  const { from, to } = periodOf({ note, lines });
  const invoices = invoicesOf(lines);
  return [
    {
      kind: 'facts',
      columns: 2,
      facts: [
        { label: words.number, value: note.id },
        { label: words.date, value: locale.day(note.date) },
        { label: words.period, value: `${locale.day(from)} – ${locale.day(to)}` },
        { label: words.currency, value: note.currency },
        ...(invoices.length === 0 ? [] : [{ label: words.invoices, value: invoices.join(', ') }]),
      ],
    },
    { kind: 'facts', columns: 1, facts: partyFacts(words.supplier, note.issuer, words) },
    { kind: 'facts', columns: 1, facts: partyFacts(words.customer, note.billTo, words) },
  ];
}

function lineBlocks({ note, lines, words, locale }: Scene): Block[] {
  const amount = (value: string): string => locale.amount(value, note.currency);
  return [
    heading(words.lines),
    table(
      [
        left(words.line),
        left(words.service),
        left(words.endBuyer),
        right(words.net),
        right(words.tax),
        right(words.gross),
      ],
      lines.map((line, index) => ({
        cells: [
          String(index + 1),
          line.service,
          line.customer === note.billTo.id ? '' : line.customerName,
          ...[line.net, line.tax, line.gross].map(amount),
        ],
        notes: [
          `${lineReason(line, words)} · ${line.credit} · ${words.revision(line.statement, line.revision)}`,
        ],
      })),
    ),
  ];
}

function totalBlocks({ note, words, locale }: Scene): Block[] {
  const amount = (value: string): string => locale.amount(value, note.currency);
  const rate = (percent: string | null, exemption: string | null): string =>
    percent === null ? (exemption ?? words.noRate) : locale.percent(percent);
  return [
    heading(words.totals),
    table(
      [left(words.taxRate), right(words.net), right(words.tax), right(words.gross)],
      [
        ...note.taxes.map(({ percent, exemption, net, tax, gross }) => ({
          cells: [rate(percent, exemption), ...[net, tax, gross].map(amount)],
        })),
        { cells: [words.total, ...[note.net, note.tax, note.gross].map(amount)], strong: true },
      ],
    ),
  ];
}
