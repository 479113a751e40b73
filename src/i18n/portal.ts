import type { ReportLanguage } from './languages.js';
import { adminEnglish, adminSimplified, adminTraditional, type AdminWords } from './portal/admin.js';
import {
  customerEnglish,
  customerSimplified,
  customerTraditional,
  type CustomerWords,
} from './portal/customer.js';
import {
  ticketsEnglish,
  ticketsSimplified,
  ticketsTraditional,
  type TicketsWords,
} from './portal/tickets.js';
import {
  financeEnglish,
  financeSimplified,
  financeTraditional,
  type FinanceWords,
} from './portal/finance.js';
import { nocEnglish, nocSimplified, nocTraditional, type NocWords } from './portal/noc.js';
import {
  refusalsEnglish,
  refusalsSimplified,
  refusalsTraditional,
  type RefusalsWords,
} from './portal/refusals.js';
import { shellEnglish, shellSimplified, shellTraditional, type ShellWords } from './portal/shell.js';
import type { Wording } from './portal/wording.js';

/** Statements, and how to verify them. */
const statementsEnglish = {
  statements: {
    title: 'Statements',
    none: 'There is no statement that you may see. Statements are made of amounts: where you buy from a reseller, the reseller has them.',
    verify: 'How to verify them',
    wholeMonth: 'All of the month',
    service: 'Service',
    customer: 'Customer',
    state: 'State',
    sealed: (revision: number) => `sealed, revision ${revision}`,
    draft: 'draft',
    draftNote: 'can still change',
    changed: 'will be revised',
    incomplete: 'incomplete',
    credit: 'Credit',
    ofRent: (rent: string) => `of ${rent}`,
    at: 'As of',
    files: 'Download',
    others: 'Other languages and revisions',
    revision: (revision: number) => `Revision ${revision}`,
    evidence: 'Evidence pack',
    hash: 'SHA-256',
    older: 'Older months',
  },
  verify: {
    title: 'Verify a statement',
    lead: 'A sealed statement is signed. Its evidence pack holds it with every round, outage and exclusion that it rests on, so that anybody can check it without us.',
    steps: 'On your own machine',
    step1: 'Take the evidence pack of the month and service, from the statements.',
    step2:
      'Take our public key below, and save it as carrier.pub. Compare its id with what your contract or your contact at the carrier says.',
    step3: 'Let the program check it. It needs no network, no database and no account:',
    step4:
      'It prints “verified”, or what differs: no byte may have changed, the signature has to be of that key, and the month, judged once more from the rows, has to give the same figures.',
    keys: 'Public keys',
    current: 'signs now',
    former: 'signed before',
    saveKey: 'Save as carrier.pub',
    noKeys: 'Nothing was signed here yet.',
    here: 'Or here',
    hereText: 'Send a pack, and this installation checks it; it keeps nothing of it.',
    file: 'Evidence pack (ZIP)',
    submit: 'Check',
    noFile: 'Choose a file first.',
    good: (id: string) => `Verified: ${id} is what was made, and its figures follow from its rows.`,
    bad: 'Not verified.',
    ours: 'It is signed by a key of this installation.',
    foreign: 'It is signed by a key that is not of this installation.',
    unsigned: 'It is not signed.',
    field: 'Figure',
    stated: 'Stated',
    recomputed: 'Recomputed',
  },
};

type StatementsWords = Wording<typeof statementsEnglish>;

const statementsSimplified: StatementsWords = {
  statements: {
    title: '月报',
    none: '没有您可以查看的月报。月报含有金额：如果您向经销商购买，报告由经销商持有。',
    verify: '如何验证',
    wholeMonth: '当月全部',
    service: '服务',
    customer: '客户',
    state: '状态',
    sealed: (revision) => `已封存，第 ${revision} 版`,
    draft: '草稿',
    draftNote: '仍可能变动',
    changed: '将修订',
    incomplete: '不完整',
    credit: '赔付',
    ofRent: (rent) => `租费 ${rent}`,
    at: '数据截至',
    files: '下载',
    others: '其他语言与版本',
    revision: (revision) => `第 ${revision} 版`,
    evidence: '证据包',
    hash: 'SHA-256',
    older: '更早的月份',
  },
  verify: {
    title: '验证月报',
    lead: '封存的月报带有签名。其证据包含有报告所依据的每一轮测量、每次中断与免责时段，任何人都可以不依赖我方自行核验。',
    steps: '在您自己的电脑上',
    step1: '在月报页下载该月该服务的证据包。',
    step2: '取下方公钥，保存为 carrier.pub，并与合同或运营商联系人提供的公钥编号核对。',
    step3: '用程序核验，无需网络、数据库或账号：',
    step4:
      '程序会输出“verified”，或列出差异：不得有任何字节改动，签名须出自该公钥，且由原始数据重新评定的结果须与报告一致。',
    keys: '公钥',
    current: '现用',
    former: '曾用',
    saveKey: '存为 carrier.pub',
    noKeys: '尚未签署过任何内容。',
    here: '或在此验证',
    hereText: '上传证据包，由本系统核验，不保留任何内容。',
    file: '证据包（ZIP）',
    submit: '核验',
    noFile: '请先选择文件。',
    good: (id) => `已验证：${id} 与制作时一致，各项数据均可由原始数据得出。`,
    bad: '未通过验证。',
    ours: '由本系统的密钥签名。',
    foreign: '签名密钥不属于本系统。',
    unsigned: '没有签名。',
    field: '项目',
    stated: '所载',
    recomputed: '重算',
  },
};

const statementsTraditional: StatementsWords = {
  statements: {
    title: '月報',
    none: '沒有您可以檢視的月報。月報含有金額：如果您向經銷商購買，報告由經銷商持有。',
    verify: '如何驗證',
    wholeMonth: '當月全部',
    service: '服務',
    customer: '客戶',
    state: '狀態',
    sealed: (revision) => `已封存，第 ${revision} 版`,
    draft: '草稿',
    draftNote: '仍可能變動',
    changed: '將修訂',
    incomplete: '不完整',
    credit: '賠償',
    ofRent: (rent) => `租費 ${rent}`,
    at: '資料截至',
    files: '下載',
    others: '其他語言與版本',
    revision: (revision) => `第 ${revision} 版`,
    evidence: '證據包',
    hash: 'SHA-256',
    older: '更早的月份',
  },
  verify: {
    title: '驗證月報',
    lead: '封存的月報帶有簽章。其證據包含有報告所依據的每一輪量測、每次中斷與免責時段，任何人都可以不依賴我方自行核驗。',
    steps: '在您自己的電腦上',
    step1: '在月報頁下載該月該服務的證據包。',
    step2: '取下方公鑰，儲存為 carrier.pub，並與合約或電信業者聯絡人提供的公鑰編號核對。',
    step3: '以程式核驗，無須網路、資料庫或帳號：',
    step4:
      '程式會輸出「verified」，或列出差異：不得有任何位元組變動，簽章須出自該公鑰，且由原始資料重新評定的結果須與報告一致。',
    keys: '公鑰',
    current: '現用',
    former: '曾用',
    saveKey: '存為 carrier.pub',
    noKeys: '尚未簽署過任何內容。',
    here: '或在此驗證',
    hereText: '上傳證據包，由本系統核驗，不保留任何內容。',
    file: '證據包（ZIP）',
    submit: '核驗',
    noFile: '請先選擇檔案。',
    good: (id) => `已驗證：${id} 與製作時一致，各項數據均可由原始資料得出。`,
    bad: '未通過驗證。',
    ours: '由本系統的金鑰簽章。',
    foreign: '簽章金鑰不屬於本系統。',
    unsigned: '沒有簽章。',
    field: '項目',
    stated: '所載',
    recomputed: '重算',
  },
};

/** All the words of pages, a file for each part: nobody has to look through those of others. */
export type PortalWords = ShellWords &
  CustomerWords &
  TicketsWords &
  NocWords &
  FinanceWords &
  RefusalsWords &
  AdminWords &
  StatementsWords;

export const portalWords: Record<ReportLanguage, PortalWords> = {
  en: {
    ...shellEnglish,
    ...customerEnglish,
    ...ticketsEnglish,
    ...nocEnglish,
    ...financeEnglish,
    ...refusalsEnglish,
    ...adminEnglish,
    ...statementsEnglish,
  },
  'zh-CN': {
    ...shellSimplified,
    ...customerSimplified,
    ...ticketsSimplified,
    ...nocSimplified,
    ...financeSimplified,
    ...refusalsSimplified,
    ...adminSimplified,
    ...statementsSimplified,
  },
  'zh-TW': {
    ...shellTraditional,
    ...customerTraditional,
    ...ticketsTraditional,
    ...nocTraditional,
    ...financeTraditional,
    ...refusalsTraditional,
    ...adminTraditional,
    ...statementsTraditional,
  },
};
