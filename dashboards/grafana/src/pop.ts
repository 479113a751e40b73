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
          title: ['Observers that see it down', '认为中断的观测点'],
          help: [
            'How many observers see this port down now. Normal: 0. More than half of them: the port is down and the seconds count. A few: a fault between them and the PoP, see the state by observer below.',
            '当前认为该端口中断的观测点数。正常为 0。超过半数：端口中断，秒数计入。少数：它们与该 PoP 之间的故障，见下方各观测点的状态。',
          ],
          queries: [{ expr: 'count(pop_sla_port_up{port="$pop"} == 0) or vector(0)' }],
          unit: 'short',
          width: 5,
          steps: noneIsGood,
        }),
        stat({
          title: ['Up and observed, 30 days', '可用与观测，30 天'],
          help: [
            'Share of the last 30 days in which the observers saw the port up, of the time that they saw it; what that is at least, with the rest counted as down; and how much of the time they saw it. Means of the observers. Normal: 100 %. It knows no exclusions and no months: what the contract counts is on the dashboard of services.',
            '最近 30 天各观测点在其观测时间内认为端口正常的比例、未观测计为中断时的下限、以及观测比例（均为各观测点均值）。正常为 100 %。不考虑免责事项与自然月：合同口径见业务仪表板。',
          ],
          queries: [
            { expr: 'min(port:pop_sla_up:avg30d{port="$pop"})', legend: say(['up', '可用'], language) },
            {
              expr: 'min(port:pop_sla_up:avg30d{port="$pop"} * on (port) port:pop_sla_observed:avg30d)',
              legend: say(['at least', '下限'], language),
            },
            {
              expr: 'min(port:pop_sla_observed:avg30d{port="$pop"})',
              legend: say(['observed', '观测比例'], language),
            },
          ],
          unit: 'percentunit',
          decimals: 4,
          width: 9,
        }),
        stat({
          title: ['Outages, 30 days', '中断次数，30 天'],
          help: [
            'Outages of the port that were opened in the last 30 days, by the observer that saw most, voided ones among them. Normal: 0. Many short ones: look for a port that flaps, `pop-sla outages --port`.',
            '最近 30 天该端口开始的中断次数，取看到最多的观测点，含已作废者。正常为 0。多次短中断：查找抖动的端口，`pop-sla outages --port`。',
          ],
          queries: [{ expr: 'max(increase(pop_sla_outages_total{port="$pop"}[30d])) or vector(0)' }],
          unit: 'short',
          decimals: 0,
          width: 5,
        }),
        stat({
          title: ['Lines that end on it', '接入线路'],
          help: [
            'Lines of services that end on this port: so many customers’ lines are down when it is. Normal: as many as are contracted. 0: no contract counts its outages. Protected services have a second line elsewhere.',
            '终结于该端口的业务线路数：端口中断即这些线路中断。正常与合同一致。0：没有合同计其中断。有保护的业务另有一条线路。',
          ],
          queries: [{ expr: 'count(pop_sla_line_availability_ratio{port="$pop"}) or vector(0)' }],
          unit: 'short',
          width: 5,
        }),
        timeline({
          title: ['The port by each observer', '各观测点所见端口状态'],
          help: [
            'What each observer saw of the port. Normal: green throughout. Red on all rows is the port; red on one row is that observer’s way to it. A gap is unobserved time, neither up nor down.',
            '各观测点所见的端口状态。正常全为绿色。所有行变红是端口中断；单行变红是该观测点到端口之间的问题。空缺是未观测，既非正常也非中断。',
          ],
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
          title: ['Band of the latest round', '最近一轮的性能等级'],
          help: [
            'Every path that begins or ends at this PoP with the band of its latest round. Normal: all in the first band. All from the PoP bad: its uplink or its measuring daemon; all to it bad: the PoP itself.',
            '起止于该 PoP 的每条路径及其最近一轮的性能等级。正常全为第一级。由其出发的全部不佳：其上联或测量进程；到达它的全部不佳：该 PoP 本身。',
          ],
          queries: [{ expr: `max by (path) (path:pop_sla_band:level{window="round",${touching}})` }],
          columns: { Value: ['band', '性能等级'] },
          width: 8,
          height: 10,
          steps: bandSteps,
          mappings: bandMappings(language),
          link: {
            column: 'path',
            title: ['Path', '路径'],
            url: `/d/${uidOf('path', language)}?var-path=\${__data.fields.path}`,
          },
        }),
        graph({
          title: ['Latency: the 10 highest', '时延：最高 10 条'],
          help: [
            'The latency of each round on the paths of this PoP, the 10 highest at each instant. Normal: level lines. A step on all of them is at the PoP, a step on some is the link that they share.',
            '该 PoP 各路径每轮时延，每一时刻最高的 10 条。正常为平稳的线。全部跳变在该 PoP；部分跳变在它们共用的链路。',
          ],
          queries: [
            {
              expr: `topk(10, max by (path) (pop_sla_latency_seconds{window="round",${touching}}))`,
              legend: '{{path}}',
            },
          ],
          unit: 's',
          width: 8,
          height: 10,
        }),
        graph({
          title: ['Loss: the 10 highest', '丢包：最高 10 条'],
          help: [
            'The loss rate of each round on the paths of this PoP, the 10 highest at each instant. Normal: at most 1 %. 100 % on all of them: the PoP is down, or a filter drops echoes.',
            '该 PoP 各路径每轮丢包率，每一时刻最高的 10 条。正常不超过 1 %。全部 100 %：该 PoP 中断，或有过滤规则丢弃回显。',
          ],
          queries: [
            {
              expr: `topk(10, max by (path) (pop_sla_loss_ratio{window="round",${touching}}))`,
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
