import * as z from 'zod';
import { JsonOperations, operation } from '../http/json-operations';
import type { Meter } from '../metering/meter';
import { ServiceError } from '../service-error';
import { METRICS, type Point, type Warehouse } from './metrics';

/** Source: Amazon CloudWatch API Reference, "GetMetricData": what one request may ask for, and what it answers. */
const LIMITS = { queries: 500, points: 100_800 };
const MINUTE = 60;

const query = z.strictObject({
  Id: z.string().regex(/^[a-z]\w*$/),
  Label: z.string().optional(),
  ReturnData: z.literal(true).optional(),
  MetricStat: z.strictObject({
    Metric: z.strictObject({
      Namespace: z.string(),
      MetricName: z.string(),
      Dimensions: z
        .array(z.strictObject({ Name: z.string(), Value: z.string() }))
        .max(30)
        .default([]),
    }),
    Period: z.int().positive().multipleOf(MINUTE),
    Stat: z.literal('Sum'),
  }),
});

const getMetricData = z.strictObject({
  MetricDataQueries: z.array(query).min(1).max(LIMITS.queries),
  /** Seconds since 1970. */
  StartTime: z.number(),
  EndTime: z.number(),
  ScanBy: z.enum(['TimestampAscending', 'TimestampDescending']).default('TimestampDescending'),
});
type Request = z.output<typeof getMetricData>;

/**
 * CloudWatch: the metrics of what the meter has counted.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
export function cloudWatchService(stack: Warehouse, meter: Meter): JsonOperations {
  return new JsonOperations(
    'cloudwatch',
    'GraniteServiceVersion20100801',
    { GetMetricData: operation(getMetricData, (request) => metricData(request, stack, meter)) },
    'application/x-amz-json-1.0',
  );
}

function metricData(
  { MetricDataQueries, StartTime, EndTime, ScanBy }: Request,
  stack: Warehouse,
  meter: Meter,
) {
  if (EndTime <= StartTime) throw invalid('The parameter StartTime must be less than the parameter EndTime.');
  const ids = MetricDataQueries.map(({ Id }) => Id);
  if (new Set(ids).size < ids.length)
    throw invalid('The values for parameter id in MetricDataQueries are not unique.');
  // The end does not belong to the data; the minute that has begun at the start does.
  const metered = meter.read(new Date(StartTime * 1_000), new Date(EndTime * 1_000 - 1));
  const MetricDataResults = MetricDataQueries.map(({ Id, Label, MetricStat: { Metric, Period } }) => {
    if (Period > MINUTE && StartTime % Period !== 0)
      throw invalid(
        `The local twin sums up ${Period} seconds only from a StartTime that is a multiple of them.`,
      );
    const [{ Name, Value } = { Name: '', Value: '' }, ...more] = Metric.Dimensions;
    // A metric that nobody writes has no data, and no error.
    const metric = METRICS.find(
      ({ namespace, name, dimension }) =>
        namespace === Metric.Namespace &&
        name === Metric.MetricName &&
        dimension === Name &&
        more.length === 0,
    );
    const points = sums(metric?.points(metered, Value, stack) ?? [], Period);
    if (ScanBy === 'TimestampDescending') points.reverse();
    return {
      Id,
      Label: Label ?? Metric.MetricName,
      Timestamps: points.map(([start]) => start),
      Values: points.map(([, value]) => value),
      StatusCode: 'Complete',
    };
  });
  const points = MetricDataResults.reduce((sum, { Values }) => sum + Values.length, 0);
  if (points > LIMITS.points)
    throw invalid(`The local twin has no pages, and these are ${points} data points.`);
  return { MetricDataResults, Messages: [] };
}

/** The sum of each period in which there is something, in order. */
function sums(points: readonly Point[], period: number): Point[] {
  const totals = new Map<number, number>();
  for (const [start, value] of points) {
    const begin = start - (start % period);
    totals.set(begin, (totals.get(begin) ?? 0) + value);
  }
  return [...totals];
}

const invalid = (message: string) => new ServiceError('ValidationException', message);
