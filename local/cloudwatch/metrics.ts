import { nameOfStateMachine } from '../../core/arn';
import type { Counts } from '../../core/usage';
import type { Metered } from '../metering/meter';
import type { Stack } from '../stack';

/** One value of a minute: its start in seconds since 1970, and the sum. */
export type Point = readonly [start: number, value: number];

/** The part of the stack whose capacity is measured. */
export type Warehouse = Pick<Stack, 'workgroups'>;

/** A metric that AWS services write, with its one dimension. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimension: string;
  /** @param of the dimension's value. @returns the minutes in which something was measured, in order. */
  readonly points: (metered: Metered, of: string, stack: Warehouse) => readonly Point[];
}

const counted =
  (valueOf: (counts: Counts, of: string) => number | undefined): Metric['points'] =>
  ({ minutes }, of) =>
    minutes.flatMap(({ start, counts }) => {
      const value = valueOf(counts, of);
      return value === undefined ? [] : [[start.getTime() / 1_000, value] as const];
    });

/**
 * The metrics from which a deployment's bill is estimated.
 * Source: AWS Step Functions Developer Guide, "Monitoring Step Functions metrics using Amazon CloudWatch"; AWS Lambda
 * Developer Guide, "Types of metrics for Lambda functions"; Amazon Redshift Management Guide, "Billing for Amazon Redshift
 * Serverless": ComputeSeconds are "the total RPU seconds used in the current minute", without the least of a wake-up.
 */
export const METRICS: readonly Metric[] = [
  {
    namespace: 'AWS/States',
    name: 'ExecutionsStarted',
    dimension: 'StateMachineArn',
    points: counted(({ executions }, arn) => executions?.[nameOfStateMachine(arn)]),
  },
  {
    namespace: 'AWS/Lambda',
    name: 'Invocations',
    dimension: 'FunctionName',
    points: counted(({ functions }, name) => functions?.[name]?.calls),
  },
  {
    // Milliseconds, not rounded, without the time to load the function.
    namespace: 'AWS/Lambda',
    name: 'Duration',
    dimension: 'FunctionName',
    points: counted(({ functions }, name) => functions?.[name]?.duration_ms),
  },
  {
    namespace: 'AWS/Redshift-Serverless',
    name: 'ComputeSeconds',
    dimension: 'Workgroup',
    points: computeSeconds,
  },
];

const MINUTE = 60;

function computeSeconds({ statements }: Metered, of: string, { workgroups }: Warehouse): readonly Point[] {
  const capacity = workgroups.find(({ name }) => name === of)?.baseCapacity;
  if (capacity === undefined) return [];
  const points = new Map<number, number>();
  for (const { start, end } of statements) {
    for (let minute = start - (start % MINUTE); minute < end; minute += MINUTE) {
      const busy = Math.min(end, minute + MINUTE) - Math.max(start, minute);
      points.set(minute, (points.get(minute) ?? 0) + busy * capacity);
    }
  }
  return [...points];
}
