import { noneIsGood } from './bands.js';
import type { DashboardSpec } from './dashboard.js';
import { graph, stat } from './panels.js';

const of = (metric: string, more = ''): string => `${metric}{instance="$instance"${more}}`;

export const daemon: DashboardSpec = {
  id: 'daemon',
  title: ['pop-sla: the daemon itself', 'pop-sla：守护进程'],
  description: [
    'The health of one daemon, apart from the network’s.',
    '单个守护进程自身的健康，与网络无关。',
  ],
  from: 'now-6h',
  choices: [
    { name: 'instance', label: ['daemon', '守护进程'], values: 'label_values(pop_sla_build_info, instance)' },
  ],
  rows: [
    {
      title: ['Now', '当前'],
      panels: () => [
        stat({
          title: ['Version', '版本'],
          queries: [{ expr: of('pop_sla_build_info'), legend: '{{version}}, Node {{node}}' }],
          width: 4,
        }),
        stat({
          title: ['Of an RTT, this machine (p99)', '本机在 RTT 中的份额（p99）'],
          queries: [{ expr: of('pop_sla_daemon_self_rtt_seconds', ',percentile="99"') }],
          unit: 's',
          width: 4,
        }),
        stat({
          title: ['Store writable', '存储可写'],
          queries: [{ expr: of('pop_sla_daemon_store_writable') }],
          width: 4,
          steps: [
            { color: 'red', value: null },
            { color: 'green', value: 1 },
          ],
        }),
        stat({
          title: ['Rounds that wait for the store', '等待写入的轮次'],
          queries: [{ expr: of('pop_sla_daemon_store_queued_rounds') }],
          width: 4,
          steps: noneIsGood,
        }),
        stat({
          title: ['Month judged before', '上次评判距今'],
          queries: [{ expr: `time() - ${of('pop_sla_daemon_standing_timestamp_seconds')}` }],
          unit: 's',
          width: 4,
        }),
        stat({
          title: ['Configuration taken', '配置已生效'],
          queries: [{ expr: of('pop_sla_daemon_config_last_reload_successful') }],
          width: 4,
          steps: [
            { color: 'red', value: null },
            { color: 'green', value: 1 },
          ],
        }),
      ],
    },
    {
      title: ['Measuring', '测量'],
      panels: () => [
        graph({
          title: ['Rounds by status, an hour', '各状态轮次，每小时'],
          queries: [
            { expr: `sum by (status) (increase(${of('pop_sla_rounds_total')}[1h]))`, legend: '{{status}}' },
          ],
          unit: 'short',
          width: 8,
          stacked: true,
        }),
        graph({
          title: ['Missing slots by reason, an hour', '缺失时隙，每小时'],
          queries: [
            {
              expr: `sum by (reason) (increase(${of('pop_sla_missed_slots_total')}[1h]))`,
              legend: '{{reason}}',
            },
          ],
          unit: 'short',
          width: 8,
          stacked: true,
        }),
        graph({
          title: ['Lateness: sending and scheduling, p99', '发送与调度延迟，p99'],
          queries: [
            {
              expr: `histogram_quantile(0.99, sum by (le) (rate(${of('pop_sla_daemon_send_lag_seconds_bucket')}[$__rate_interval])))`,
              legend: 'send',
            },
            {
              expr: `histogram_quantile(0.99, sum by (le) (rate(${of('pop_sla_daemon_scheduler_lag_seconds_bucket')}[$__rate_interval])))`,
              legend: 'scheduler',
            },
          ],
          unit: 's',
          width: 8,
        }),
        graph({
          title: ['RTT of all packets', '全部数据包 RTT'],
          queries: [0.5, 0.95, 0.99].map((quantile) => ({
            expr: `histogram_quantile(${quantile}, sum by (le) (rate(${of('pop_sla_rtt_seconds_bucket')}[$__rate_interval])))`,
            legend: `p${quantile * 100}`,
          })),
          unit: 's',
          width: 8,
        }),
        graph({
          title: ['Nobody watched, seconds a second', '未观测时间占比'],
          queries: [
            {
              expr: `topk(10, sum by (reason) (rate(${of('pop_sla_observer_unobserved_seconds_total')}[$__rate_interval]))) or vector(0)`,
              legend: '{{reason}}',
            },
          ],
          unit: 'percentunit',
          width: 8,
        }),
        graph({
          title: ['Clock: in step, steps an hour', '时钟：同步，每小时跳变'],
          queries: [
            {
              expr: `${of('pop_sla_daemon_clock_synchronised')} or vector(-1)`,
              legend: 'in step (-1: nobody says)',
            },
            { expr: `increase(${of('pop_sla_daemon_clock_steps_total')}[1h])`, legend: 'steps' },
            { expr: of('pop_sla_daemon_clock_deviation_seconds'), legend: 'set ahead, seconds' },
          ],
          unit: 'short',
          width: 8,
        }),
      ],
    },
    {
      title: ['Process', '进程'],
      panels: () => [
        graph({
          title: ['Event loop lag', '事件循环延迟'],
          queries: [
            { expr: of('pop_sla_daemon_nodejs_eventloop_lag_p50_seconds'), legend: 'p50' },
            { expr: of('pop_sla_daemon_nodejs_eventloop_lag_p99_seconds'), legend: 'p99' },
          ],
          unit: 's',
          width: 8,
        }),
        graph({
          title: ['Memory', '内存'],
          queries: [
            { expr: of('pop_sla_daemon_process_resident_memory_bytes'), legend: 'resident' },
            { expr: of('pop_sla_daemon_nodejs_heap_size_used_bytes'), legend: 'heap' },
          ],
          unit: 'bytes',
          min: 0,
          width: 8,
        }),
        graph({
          title: ['CPU', 'CPU'],
          queries: [
            {
              expr: `rate(${of('pop_sla_daemon_process_cpu_seconds_total')}[$__rate_interval])`,
              legend: 'cores',
            },
          ],
          unit: 'percentunit',
          min: 0,
          width: 8,
        }),
        graph({
          title: ['Database', '数据库'],
          queries: [{ expr: of('pop_sla_daemon_store_size_bytes'), legend: 'size' }],
          unit: 'bytes',
          min: 0,
          width: 8,
        }),
        graph({
          title: ['Disk', '磁盘'],
          queries: [
            { expr: of('pop_sla_daemon_disk_free_bytes'), legend: 'free' },
            { expr: of('pop_sla_daemon_disk_size_bytes'), legend: 'size' },
          ],
          unit: 'bytes',
          min: 0,
          width: 8,
        }),
        graph({
          title: ['How long a judgement of the month takes', '评判耗时'],
          queries: [{ expr: of('pop_sla_daemon_standing_duration_seconds'), legend: 'seconds' }],
          unit: 's',
          min: 0,
          width: 8,
        }),
      ],
    },
  ],
};
