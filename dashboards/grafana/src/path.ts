import { bandMappings, bandSteps, nearlyAllIsGood } from './bands.js';
import type { DashboardSpec } from './dashboard.js';
import { graph, stat, timeline } from './panels.js';

const of = (metric: string, more = ''): string => `${metric}{path="$path"${more}}`;
const dashed = [
  { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 6] } },
  { id: 'custom.fillOpacity', value: 0 },
];

export const path: DashboardSpec = {
  id: 'path',
  title: ['pop-sla: path', 'pop-sla：路径'],
  description: ['One directed path against its commitment.', '单条有向路径与其承诺。'],
  from: 'now-24h',
  choices: [{ name: 'path', label: ['path', '路径'], values: 'label_values(pop_sla_packets_total, path)' }],
  marks: [
    {
      name: ['Port down or up again', '端口中断或恢复'],
      expr: 'label_replace(changes(pop_sla_port_up[2m]) > 0, "path_end", "$1", "port", "(.*)") and on (path_end) label_replace(pop_sla_packets_total{path="$path",outcome="received"}, "path_end", "$1", "path", ".*>(.*)")',
      color: 'red',
      text: '{{port}}, {{instance}}',
    },
    {
      name: ['Exclusion begins or ends', '除外事项开始或结束'],
      expr: 'changes(pop_sla_exclusions_active[2m]) > 0',
      color: 'blue',
      text: '{{kind}}',
    },
  ],
  rows: [
    {
      title: ['Now', '当前'],
      panels: (language) => [
        stat({
          title: ['Latency, latest round', '时延，最近一轮'],
          queries: [{ expr: `max(${of('pop_sla_latency_seconds', ',window="round"')})` }],
          unit: 's',
          width: 4,
        }),
        stat({
          title: ['Commitment', '承诺时延'],
          queries: [{ expr: `max(${of('pop_sla_latency_commitment_seconds')})` }],
          unit: 's',
          width: 4,
        }),
        stat({
          title: ['Band: round', '等级：最近一轮'],
          queries: [{ expr: `max(${of('path:pop_sla_band:level', ',window="round"')})` }],
          width: 4,
          steps: bandSteps,
          mappings: bandMappings(language),
        }),
        stat({
          title: ['Band: 24 h', '等级：24 小时'],
          queries: [{ expr: `max(${of('path:pop_sla_band:level', ',window="24h"')})` }],
          width: 4,
          steps: bandSteps,
          mappings: bandMappings(language),
        }),
        stat({
          title: ['Band: month to date', '等级：本月至今'],
          queries: [{ expr: `max(${of('path:pop_sla_band:level', ',window="month"')})` }],
          width: 4,
          steps: bandSteps,
          mappings: bandMappings(language),
        }),
        stat({
          title: ['Coverage, month', '覆盖率，本月'],
          queries: [{ expr: `min(${of('pop_sla_coverage_ratio', ',window="month"')})` }],
          unit: 'percentunit',
          width: 4,
          steps: nearlyAllIsGood,
        }),
      ],
    },
    {
      title: ['Latency', '时延'],
      panels: (language) => [
        graph({
          title: ['Latency by size, commitment and band edges', '各包长时延、承诺与等级界限'],
          help: [
            'Sizes need metrics.perSize. Edges come from the plan.',
            '各包长需要 metrics.perSize。界限来自合同方案。',
          ],
          queries: [
            { expr: of('pop_sla_latency_seconds', ',window="round"'), legend: 'mean' },
            { expr: of('pop_sla_size_rtt_mean_seconds'), legend: '{{size}} B' },
            { expr: of('pop_sla_latency_commitment_seconds'), legend: 'commitment' },
            {
              expr: `(1 + max by (plan, band, level) (pop_sla_latency_band_upper_ratio)) * on (plan) group_left () max by (plan) (${of('pop_sla_latency_commitment_seconds')})`,
              legend: 'edge {{band}}',
            },
          ],
          unit: 's',
          width: 12,
          height: 9,
          overrides: { '^(commitment|edge .*)$': dashed },
        }),
        graph({
          title: ['Spread of the round (smoke)', '单轮时延分布'],
          queries: [
            { expr: of('pop_sla_rtt_max_seconds'), legend: 'max' },
            { expr: of('pop_sla_rtt_median_seconds'), legend: 'median' },
            { expr: of('pop_sla_rtt_min_seconds'), legend: 'min' },
          ],
          unit: 's',
          width: 12,
          height: 9,
          overrides: {
            '^max$': [
              { id: 'custom.fillBelowTo', value: 'min' },
              { id: 'custom.lineWidth', value: 0 },
              { id: 'custom.fillOpacity', value: 25 },
            ],
            '^min$': [{ id: 'custom.lineWidth', value: 0 }],
            '^median$': [{ id: 'custom.lineWidth', value: 2 }],
          },
        }),
        timeline({
          title: ['Bands over time', '等级变化'],
          queries: [{ expr: `max by (window) (${of('path:pop_sla_band:level')})`, legend: '{{window}}' }],
          width: 12,
          steps: bandSteps,
          mappings: bandMappings(language),
        }),
        graph({
          title: ['Latency of 30 days (rounds, not the contract’s month)', '30 天时延（按轮平均，非合同月）'],
          queries: [
            { expr: of('path:pop_sla_latency_seconds:avg30d'), legend: '30 d' },
            { expr: of('pop_sla_latency_seconds', ',window="month"'), legend: 'month to date' },
          ],
          unit: 's',
          width: 12,
        }),
      ],
    },
    {
      title: ['Loss', '丢包'],
      panels: () => [
        graph({
          title: ['Loss against the commitment', '丢包率与承诺'],
          queries: [
            { expr: of('pop_sla_loss_ratio'), legend: '{{window}}' },
            { expr: 'max(pop_sla_loss_commitment_ratio)', legend: 'commitment' },
            { expr: of('path:pop_sla_loss_ratio:avg30d'), legend: '30 d' },
          ],
          unit: 'percentunit',
          min: 0,
          width: 12,
          overrides: { '^commitment$': dashed },
        }),
        graph({
          title: ['What became of packets, 30 min', '数据包去向，30 分钟'],
          queries: [
            {
              expr: `sum by (outcome) (increase(${of('pop_sla_packets_total')}[30m]))`,
              legend: '{{outcome}}',
            },
          ],
          unit: 'short',
          width: 12,
          stacked: true,
        }),
      ],
    },
  ],
};
