import type { MapState } from '../../definition/language';
import type { Json } from '../../json';
import { resolveField, type Source } from '../../jsonpath/path';
import { EvaluationFailure } from '../failures';

/** Number of concurrent iterations; 0 means as many as possible. */
export function concurrency(state: MapState, source: Source): number {
  const value = integer(state.MaxConcurrency, state.MaxConcurrencyPath, 'MaxConcurrencyPath', source) ?? 0;
  if (value < 0) throw new EvaluationFailure('MaxConcurrency cannot be negative.');
  return value;
}

export interface ToleratedFailures {
  readonly count?: number;
  /** 0 to 100. */
  readonly percentage?: number;
}

/** How many failed items the Map tolerates. Either setting can fail it. */
export function toleratedFailures(state: MapState, source: Source): ToleratedFailures {
  const count = integer(
    state.ToleratedFailureCount,
    state.ToleratedFailureCountPath,
    'ToleratedFailureCountPath',
    source,
  );
  if (count !== undefined && count < 0)
    throw new EvaluationFailure('ToleratedFailureCount cannot be negative.');
  const percentage = number(
    state.ToleratedFailurePercentage,
    state.ToleratedFailurePercentagePath,
    'ToleratedFailurePercentagePath',
    source,
  );
  if (percentage !== undefined && (percentage < 0 || percentage > 100)) {
    throw new EvaluationFailure('ToleratedFailurePercentage must be between 0 and 100.');
  }
  return { count, percentage };
}

/** Whether the number of failures exceeds a tolerance. */
export function exceeds({ count, percentage }: ToleratedFailures, failed: number, total: number): boolean {
  if (count === undefined && percentage === undefined) return failed > 0;
  return (
    (count !== undefined && failed > count) ||
    (percentage !== undefined && (failed / total) * 100 > percentage)
  );
}

/** The value of a field or of its path. Text that reads as an integer counts as one. */
export function integer(
  value: number | undefined,
  path: string | undefined,
  field: string,
  source: Source,
): number | undefined {
  return path === undefined ? value : numeral(path, field, /^-?\d+$/, 'integer', source);
}

function number(
  value: number | undefined,
  path: string | undefined,
  field: string,
  source: Source,
): number | undefined {
  return path === undefined ? value : numeral(path, field, /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/, 'float', source);
}

function numeral(path: string, field: string, pattern: RegExp, kind: string, source: Source): number {
  const value: Json = resolveField(path, field, source);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (!pattern.test(text)) {
    throw new EvaluationFailure(
      `The ${field} field refers to value "${text}" which is not a valid ${kind}: ${path}`,
    );
  }
  return Number(text);
}
