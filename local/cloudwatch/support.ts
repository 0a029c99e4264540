import type { Support } from '../support';
import { METRICS } from './metrics';

export const cloudWatchSupport: Support = {
  supported: [
    'GetMetricData: up to 500 metrics, by MetricStat with Sum and a Period in whole minutes; ScanBy',
    ...METRICS.map(({ namespace, name, dimension }) => `${namespace} ${name}, by ${dimension}`),
    'no data for every other metric and dimension: neither for those that nobody writes, as in AWS, nor for those that AWS has, the service’s own too',
  ],
  refused: [
    'all other operations (`UnknownOperationException`)',
    'a StartTime that is no multiple of a Period of more than a minute: where its sums begin is unproven (`ValidationException`)',
    'Expression, ReturnData: false, Unit, AccountId, LabelOptions, MaxDatapoints and pages (`ValidationException`)',
  ],
};
