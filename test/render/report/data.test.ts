import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { reportCsv, reportCsvColumns } from '../../../src/render/report/csv.js';
import { reportFileName } from '../../../src/render/report/file-name.js';
import { reportJson, reportJsonText } from '../../../src/render/report/json.js';
import { inReportOrder } from '../../../src/render/report/report.js';
import { everything, reportOf, sealed, serviceReport, single, split } from './documents.js';

describe('JSON', () => {
  test('has the statements as they are sealed, and what they add up to', () => {
    const json = reportJson(reportOf(everything));
    expect(json).toMatchObject({ format: 'pop-sla-report/1', month: '2026-10', state: 'mixed' });
    expect(json.statements).toEqual(everything.map(({ document, seal }) => ({ document, seal })));
    expect(json.totals.map(({ currency, credit }) => `${credit} ${currency}`)).toEqual([
      '1806.45 HKD',
      '0 JPY',
    ]);
    expect(json.customers.map(({ id, name, services }) => [id, name, services.length])).toEqual([
      ['green-tea', '=绿茶贸易(上海)有限公司', 2],
      ['harbour-bank', '海港銀行股份有限公司', 2],
    ]);
    expect(json.sites.map(({ id, name }) => [id, name])).toContainEqual(['office-1', 'office-1']);
    expect(json.resellers.map(({ id }) => id)).toEqual(['lion-networks', 'pacific-wholesale']);
    expect(JSON.parse(reportJsonText(reportOf(everything)))).toEqual(json);
  });

  test('an empty selection is a report of nothing, not of sealed statements', () => {
    expect(reportJson(reportOf([]))).toMatchObject({ state: 'draft', totals: [], statements: [] });
  });
});

describe('CSV', () => {
  test('has a line for each part of a statement, after RFC 4180', () => {
    const text = reportCsv(reportOf(everything));
    expect(text.endsWith('\r\n')).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    const [heads = [], ...lines]: string[][] = parse(text);
    expect(heads).toEqual(reportCsvColumns.map(({ name }) => name));
    expect(lines.map((line) => line[heads.indexOf('service')])).toEqual([
      ...['tea-house-kyoto', 'office-link', 'harbour-bank-backbone', 'harbour-bank-backbone'],
      'harbour-bank-branch',
    ]);
  });

  test('is the same for ever: a column that goes or changes its meaning needs another format', () => {
    const text = reportCsv(serviceReport(split));
    expect(text.split('\r\n').slice(0, 2)).toEqual([
      'format,statement,month,revision,state,to_date,as_of,customer,customer_name,site,site_name,sellers,service,' +
        'part,parts,plan,plan_version,class,lines,period_from,period_to,total_ms,unavailable_ms,excused_ms,' +
        'unobserved_ms,complete,availability_percent,commitment_percent,met,currency,rent,credit_percent,' +
        'credit_uncapped,credit,capped,tax_percent,credit_tax,credit_net,claim_by,outages,exclusions,' +
        'inputs_digest,previous_hash,hash,key,sealed_at,availability_lower_bound_percent,observed_percent,' +
        'availability_to_date_percent,availability_to_date_lower_bound_percent',
      'pop-sla-report-csv/1,2026-10/harbour-bank-backbone,2026-10,2,sealed,,2026-11-02T00:00:00+08:00,' +
        'harbour-bank,海港銀行股份有限公司,harbour-bank-central,"Central, 1 Harbour Road",' +
        'lion-networks|pacific-wholesale,harbour-bank-backbone,1,2,ctg-cloud-connection,2024-04-16,' +
        'protected-single,hb-1,2026-10-01T00:00:00+08:00,2026-10-16T00:00:00+08:00,1296000000,0,0,0,true,' +
        '100.0000,99.9,true,HKD,5806.45,0,0.00,0.00,false,9,0.00,0.00,,2,1,' +
        `${split.inputs.digest},${split.previous ?? ''},${sealed(split).seal?.hash ?? ''},k1-5f0c3a9d2b7e4416,` +
        '2026-11-03T10:15:00+08:00,,100.00,,',
    ]);
  });

  test('a name that a spreadsheet would run is disarmed', () => {
    const [heads = [], first = []]: string[][] = parse(reportCsv(reportOf(everything)));
    expect(first[heads.indexOf('customer_name')]).toBe("'=绿茶贸易(上海)有限公司");
    expect(first[heads.indexOf('site_name')]).toBe('京都 "Tea House", 2F');
  });
});

test('the order of a report does not depend on that of its statements', () => {
  const services = (list: typeof everything) => inReportOrder(list).map(({ document }) => document.service);
  expect(services([...everything].reverse())).toEqual(services(everything));
  expect(services(everything)).toEqual([
    ...['office-link', 'tea-house-kyoto', 'harbour-bank-backbone', 'harbour-bank-branch'],
  ]);
});

test('names of files', () => {
  expect(reportFileName(serviceReport(split), 'pdf')).toBe(
    'sla-2026-10-service-harbour-bank-backbone-r2.pdf',
  );
  expect(reportFileName(reportOf(everything), 'csv')).toBe('sla-2026-10-all-mixed.csv');
  expect(
    reportFileName(reportOf([sealed(single), sealed(split)], { by: 'site', id: 'a/b "c"' }), 'xlsx'),
  ).toBe('sla-2026-10-site-a_b__c_-sealed.xlsx');
});
