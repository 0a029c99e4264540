import type { Support } from '../support';
import { METRICS } from './metrics';

export const cloudWatchSupport: Support = {
  supported: [
    'GetMetricData: up to 500 metrics, by MetricStat with Sum, one dimension and a Period in whole minutes; ScanBy',
    'DescribeAlarms by AlarmNamePrefix: the names and metrics of the stack’s alarms',
    ...METRICS.map(({ namespace, name, dimension }) => `${namespace} ${name}, by ${dimension}`),
  ],
  refused: [
    'all other operations (`UnknownOperationException`)',
    'all other metrics, the service’s own too (`ValidationException`; CloudWatch answers with no data)',
    'Expression, ReturnData: false, Unit, AccountId, LabelOptions, MaxDatapoints and pages (`ValidationException`)',
  ],
};
