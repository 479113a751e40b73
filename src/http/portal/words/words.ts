import type { ReportLanguage } from '../../../render/report/languages.js';
import { adminEnglish, adminSimplified, adminTraditional, type AdminWords } from './admin.js';
import { customerEnglish, customerSimplified, customerTraditional, type CustomerWords } from './customer.js';
import { faultsEnglish, faultsSimplified, faultsTraditional, type FaultsWords } from './faults.js';
import { financeEnglish, financeSimplified, financeTraditional, type FinanceWords } from './finance.js';
import { nocEnglish, nocSimplified, nocTraditional, type NocWords } from './noc.js';
import { refusalsEnglish, refusalsSimplified, refusalsTraditional, type RefusalsWords } from './refusals.js';
import { shellEnglish, shellSimplified, shellTraditional, type ShellWords } from './shell.js';
import {
  statementsEnglish,
  statementsSimplified,
  statementsTraditional,
  type StatementsWords,
} from './statements.js';

/** All the words of pages, a file for each part: nobody has to look through those of others. */
export type PortalWords = ShellWords &
  CustomerWords &
  FaultsWords &
  NocWords &
  FinanceWords &
  RefusalsWords &
  AdminWords &
  StatementsWords;

export const portalWords: Record<ReportLanguage, PortalWords> = {
  en: {
    ...shellEnglish,
    ...customerEnglish,
    ...faultsEnglish,
    ...nocEnglish,
    ...financeEnglish,
    ...refusalsEnglish,
    ...adminEnglish,
    ...statementsEnglish,
  },
  'zh-CN': {
    ...shellSimplified,
    ...customerSimplified,
    ...faultsSimplified,
    ...nocSimplified,
    ...financeSimplified,
    ...refusalsSimplified,
    ...adminSimplified,
    ...statementsSimplified,
  },
  'zh-TW': {
    ...shellTraditional,
    ...customerTraditional,
    ...faultsTraditional,
    ...nocTraditional,
    ...financeTraditional,
    ...refusalsTraditional,
    ...adminTraditional,
    ...statementsTraditional,
  },
};
