import { splitMessage } from '../../core/errors';
import { parseExecutionInput, type ExecutionInput } from '../../core/execution-input';
import { isHour } from '../../core/hour';
import { UsageError } from '../shared/output';

export interface LoadOptions {
  readonly dataset?: string;
  /** One hour to load again. */
  readonly partition?: string;
  readonly from?: string;
  readonly to?: string;
  readonly plan?: boolean;
  /** Everything that is due in a range, in as many executions as it takes. */
  readonly all?: boolean;
}

/** Turns the options into an execution's input. @throws UsageError for options that have no such input. */
export function executionInput(options: LoadOptions): object {
  const { partition, from, to, dataset, plan, all } = options;
  if (partition !== undefined && (from !== undefined || to !== undefined)) {
    throw new UsageError('Name one PARTITION, or a range with --from and --to, not both.');
  }
  if ((from === undefined) !== (to === undefined))
    throw new UsageError('A range needs both --from HOUR and --to HOUR.');
  if (all && from === undefined) throw new UsageError('--all needs a range: --from HOUR and --to HOUR.');
  if (all && plan) throw new UsageError('Show a plan with --plan, or load with --all, not both.');
  for (const hour of [partition, from, to]) {
    if (hour !== undefined && !isHour(hour)) {
      throw new UsageError(`"${hour}" is not an hour. Write it in UTC, for example 2026-11-23T08.`);
    }
  }
  if (from !== undefined && to !== undefined && from > to)
    throw new UsageError(`--from ${from} is after --to ${to}.`);
  const input = { dataset, partition, from, to, ...(plan ? { plan } : {}) } satisfies Partial<
    Record<keyof ExecutionInput | 'partition' | 'from' | 'to', unknown>
  >;
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  try {
    // A range of --all may be longer than that of one execution.
    parseExecutionInput(all ? { ...given, from: to } : given);
  } catch (error) {
    throw new UsageError(splitMessage((error as Error).message).reason);
  }
  return given;
}
