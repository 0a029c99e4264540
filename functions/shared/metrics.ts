import { MetricUnit, Metrics } from '@aws-lambda-powertools/metrics';
import { METRICS, METRICS_NAMESPACE, type MetricName } from '../../core/metrics';
import type { MeasuredStep } from '../../core/steps';

const metrics = new Metrics({ namespace: METRICS_NAMESPACE });

/**
 * Writes measurements of a dataset to the log, in CloudWatch's embedded metric format (EMF).
 * @param step the step that was measured, for a metric with that dimension.
 */
export function recordMetrics(
  dataset: string,
  measured: Readonly<Partial<Record<MetricName, number>>>,
  step?: string,
): void {
  metrics.addDimensions(step === undefined ? { dataset } : { dataset, step });
  for (const [name, value] of Object.entries(measured) as [MetricName, number][]) {
    metrics.addMetric(name, UNITS[METRICS[name]], value);
  }
  metrics.publishStoredMetrics();
}

const UNITS = { Count: MetricUnit.Count, None: MetricUnit.NoUnit, Seconds: MetricUnit.Seconds } as const;

/** Records how long a step took. @param started when it started, in milliseconds since 1970. */
export function recordStep(dataset: string, step: MeasuredStep, started: number): void {
  recordMetrics(dataset, { StepSeconds: (Date.now() - started) / 1_000 }, step);
}
