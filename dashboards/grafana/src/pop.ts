import { bandMappings, bandSteps, noneIsGood } from './bands.js';
import { uidOf, type DashboardSpec } from './dashboard.js';
import { graph, stat, table, timeline, valueMap } from './panels.js';
import { say } from './words.js';

const touching = 'path=~"$pop>.*|.*>$pop"';

export const pop: DashboardSpec = {
  id: 'pop',
  title: ['pop-sla: PoP', 'pop-sla：PoP'],
  description: ['One PoP: its port, and the paths that begin or end there.', '单个 PoP：端口及其起止路径。'],
  from: 'now-24h',
  choices: [{ name: 'pop', label: ['PoP', 'PoP'], values: 'label_values(pop_sla_port_up, port)' }],
  marks: [
    {
      name: ['Port down or up again', '端口中断或恢复'],
      expr: 'changes(pop_sla_port_up{port="$pop"}[2m]) > 0',
      color: 'red',
      text: '{{instance}}',
    },
  ],
  rows: [
    {
      title: ['Port', '端口'],
      panels: (language) => [
        stat({
          title: ['Observers that say: down', '认为中断的观测点'],
          queries: [{ expr: 'count(pop_sla_port_up{port="$pop"} == 0) or vector(0)' }],
          unit: 'short',
          width: 6,
          steps: noneIsGood,
        }),
        stat({
          title: ['Up, 30 days', '可用，30 天'],
          queries: [{ expr: 'min(port:pop_sla_up:avg30d{port="$pop"})' }],
          unit: 'percentunit',
          decimals: 4,
          width: 6,
        }),
        stat({
          title: ['Outages, 30 days', '中断次数，30 天'],
          queries: [{ expr: 'max(increase(pop_sla_outages_total{port="$pop"}[30d])) or vector(0)' }],
          unit: 'short',
          decimals: 0,
          width: 6,
        }),
        stat({
          title: ['Lines on it', '接入线路'],
          queries: [{ expr: 'count(pop_sla_line_availability_ratio{port="$pop"}) or vector(0)' }],
          unit: 'short',
          width: 6,
        }),
        timeline({
          title: ['The port by each observer', '各观测点所见端口状态'],
          queries: [{ expr: 'max by (instance) (pop_sla_port_up{port="$pop"})', legend: '{{instance}}' }],
          width: 24,
          height: 6,
          mappings: [
            valueMap({
              '0': { text: say(['down', '中断'], language), color: 'red' },
              '1': { text: say(['up', '正常'], language), color: 'green' },
            }),
          ],
        }),
      ],
    },
    {
      title: ['Paths', '路径'],
      panels: (language) => [
        table({
          title: ['Band of the latest round', '最近一轮的等级'],
          queries: [{ expr: `max by (path) (path:pop_sla_band:level{window="round",${touching}})` }],
          width: 8,
          height: 10,
          steps: bandSteps,
          mappings: bandMappings(language),
          links: [
            { title: ['Path', '路径'], url: `/d/${uidOf('path', language)}?var-path=\${__data.fields.path}` },
          ],
        }),
        graph({
          title: ['Latency: the 20 highest', '时延：最高 20 条'],
          queries: [
            {
              expr: `topk(20, max by (path) (pop_sla_latency_seconds{window="round",${touching}}))`,
              legend: '{{path}}',
            },
          ],
          unit: 's',
          width: 8,
          height: 10,
        }),
        graph({
          title: ['Loss: the 20 highest', '丢包：最高 20 条'],
          queries: [
            {
              expr: `topk(20, max by (path) (pop_sla_loss_ratio{window="round",${touching}}))`,
              legend: '{{path}}',
            },
          ],
          unit: 'percentunit',
          width: 8,
          height: 10,
        }),
      ],
    },
  ],
};
