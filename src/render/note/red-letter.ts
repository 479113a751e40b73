import { minorOf, negateAmount } from '../../core/money.js';
import { csvText } from '../csv.js';
import type { NoteSource } from './source.js';

/**
 * The fields are called as the form of the tax authority calls them: they are its words, in one language. What is made
 * is what is to be entered there, and no invoice: that is issued once both sides have confirmed.
 */
const kind = '红字信息确认单申请（非发票）';

/** Why a note can't be applied for so; null: it can. */
export function redLetterFault({ note, lines }: NoteSource): string | null {
  if (note.issuer.country !== 'CN' || note.currency !== 'CNY')
    return 'a red-letter application is of an issuer in China, in CNY';
  if (minorOf(note.gross, note.currency) <= 0n) return 'nothing is credited: more is owed than before';
  const parts = lines.flatMap(({ taxes }) => taxes);
  if (parts.some(({ percent }) => percent === null)) return 'no tax rate is known';
  if (parts.some(({ gross }) => minorOf(gross, note.currency) < 0n))
    return 'a line of it owes more than before, and an application takes none such';
  return lines.some(({ invoice }) => invoice === null)
    ? 'the number of the original invoice is not known for every line: pop-sla credits export --invoices'
    : null;
}

/** The fields of a 红字信息确认单 for a digital invoice (数电发票), a row for each line; amounts are negative. */
export function redLetterCsv({ note, lines }: NoteSource): string {
  const { issuer, billTo, currency } = note;
  const less = (amount: string): string => negateAmount(amount, currency);
  const head = [
    ['单据类型', kind],
    ['申请编号', note.id],
    ['录入日期', note.date],
    ['录入方身份', '销售方'],
    ['销售方名称', issuer.name],
    ['销售方统一社会信用代码/纳税人识别号', issuer.taxId ?? ''],
    ['购买方名称', billTo.name],
    ['购买方统一社会信用代码/纳税人识别号', billTo.taxId ?? ''],
    ['红字发票冲红原因', '销售折让'],
    ['币种', currency],
    ['冲红合计金额', less(note.net)],
    ['冲红合计税额', less(note.tax)],
    ['冲红价税合计', less(note.gross)],
    [],
  ];
  const columns = [
    '序号',
    '蓝字发票号码',
    '项目名称',
    '单位',
    '数量',
    '单价',
    '金额',
    '税率',
    '税额',
    '备注',
  ];
  const rows = lines
    .flatMap((line) => line.taxes.map((tax) => ({ line, tax })))
    .map(({ line, tax }, index) => [
      ...[String(index + 1), line.invoice ?? '', `*电信服务*${line.service}`, '', '', ''],
      ...[less(tax.net), `${tax.percent ?? ''}%`, less(tax.tax), `${line.reason} ${line.credit}`],
    ]);
  return csvText([...head, columns, ...rows], { dialect: { bom: true, separator: 'comma' } });
}
