/** The words of messages. Every language has the same keys: the types hold that, and a test their places. */
const english = {
  'subject.report-filed': '[{id}] Fault report filed: {subject}',
  'subject.report-state': '[{id}] {state}: {subject}',
  'subject.report-comment': '[{id}] New comment: {subject}',
  'subject.report-changed': '[{id}] Changed: {subject}',
  'subject.report-owner': '[{id}] Handing over: {subject}',
  'subject.suggestion': '{path}: performance worse than normal',
  'state.filed': 'Filed',
  'state.acknowledged': 'Acknowledged',
  'state.investigating': 'Investigating',
  'state.resolved': 'Resolved',
  'state.closed': 'Closed',
  'state.rejected': 'Rejected',
  'state.reopened': 'Reopened',
  'metric.latency': 'latency',
  'metric.loss': 'packet loss',
  and: 'and',
  report: 'Fault report',
  customer: 'Customer',
  path: 'Path',
  service: 'Service',
  state: 'State',
  severity: 'Severity',
  owner: 'Owner',
  filedAt: 'Filed',
  updatedAt: 'Updated',
  evidence: 'Evidence',
  evidenceNone: 'filed with no band',
  'window.round': 'band of one round',
  'window.last-24h': 'band of the last 24 hours',
  'window.month-to-date': 'band of the month to date',
  reason: 'Reason',
  comment: 'Comment',
  by: 'by {name}',
  suggestion:
    'The {metrics} of {path} has been in a band worse than normal since {since}. You can file a fault report from it.',
  footer: 'You get this message because your address is registered for it with your SLA service.',
} as const;

export type NotifyWord = keyof typeof english;

const traditional: Record<NotifyWord, string> = {
  'subject.report-filed': '[{id}] 已受理障礙申告：{subject}',
  'subject.report-state': '[{id}] {state}：{subject}',
  'subject.report-comment': '[{id}] 新留言：{subject}',
  'subject.report-changed': '[{id}] 內容變更：{subject}',
  'subject.report-owner': '[{id}] 移交：{subject}',
  'subject.suggestion': '{path}：效能低於正常水準',
  'state.filed': '已申告',
  'state.acknowledged': '已回應',
  'state.investigating': '處理中',
  'state.resolved': '已修復',
  'state.closed': '已結案',
  'state.rejected': '已駁回',
  'state.reopened': '已重新開啟',
  'metric.latency': '時延',
  'metric.loss': '封包遺失率',
  and: '與',
  report: '障礙申告',
  customer: '客戶',
  path: '路徑',
  service: '服務',
  state: '狀態',
  severity: '嚴重程度',
  owner: '負責人',
  filedAt: '申告時間',
  updatedAt: '更新時間',
  evidence: '證據',
  evidenceNone: '未附效能分級',
  'window.round': '單次量測的效能分級',
  'window.last-24h': '最近 24 小時的效能分級',
  'window.month-to-date': '本月至今的效能分級',
  reason: '原因',
  comment: '留言',
  by: '由 {name}',
  suggestion: '自 {since} 起，{path} 的{metrics}所處分級低於正常。您可據此提出障礙申告。',
  footer: '您收到此郵件，是因為您的位址已在 SLA 服務中登記。',
};

const simplified: Record<NotifyWord, string> = {
  'subject.report-filed': '[{id}] 已受理故障申告：{subject}',
  'subject.report-state': '[{id}] {state}：{subject}',
  'subject.report-comment': '[{id}] 新留言：{subject}',
  'subject.report-changed': '[{id}] 内容变更：{subject}',
  'subject.report-owner': '[{id}] 移交：{subject}',
  'subject.suggestion': '{path}：性能低于正常水平',
  'state.filed': '已申告',
  'state.acknowledged': '已响应',
  'state.investigating': '处理中',
  'state.resolved': '已修复',
  'state.closed': '已关闭',
  'state.rejected': '已驳回',
  'state.reopened': '已重新打开',
  'metric.latency': '时延',
  'metric.loss': '丢包率',
  and: '和',
  report: '故障申告',
  customer: '客户',
  path: '路径',
  service: '业务',
  state: '状态',
  severity: '严重程度',
  owner: '负责人',
  filedAt: '申告时间',
  updatedAt: '更新时间',
  evidence: '证据',
  evidenceNone: '未附性能分级',
  'window.round': '单次测量的性能分级',
  'window.last-24h': '最近 24 小时的性能分级',
  'window.month-to-date': '本月至今的性能分级',
  reason: '原因',
  comment: '留言',
  by: '由 {name}',
  suggestion: '自 {since} 起，{path} 的{metrics}所处分级低于正常。您可据此提交故障申告。',
  footer: '您收到此邮件，是因为您的地址已在 SLA 服务中登记。',
};

export const notifyLanguages = ['en', 'zh-CN', 'zh-TW'] as const;
export type NotifyLanguage = (typeof notifyLanguages)[number];

export const notifyWords: Record<NotifyLanguage, Record<NotifyWord, string>> = {
  en: english,
  'zh-CN': simplified,
  'zh-TW': traditional,
};

/** The nearest of the languages that messages are written in. */
export function notifyLanguage(tag: string): NotifyLanguage {
  if (/^zh\b.*\b(?:Hant|TW|HK|MO)\b/i.test(tag)) return 'zh-TW';
  return /^zh\b/i.test(tag) ? 'zh-CN' : 'en';
}

/** Puts values into a text's `{places}`. */
export function say(
  language: NotifyLanguage,
  word: NotifyWord,
  values: Readonly<Record<string, string>> = {},
): string {
  return notifyWords[language][word].replace(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole);
}
