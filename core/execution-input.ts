import { z } from 'zod';
import { LoadError } from './errors';
import { addHours, isHour, type Hour } from './hour';

/** What an execution is asked to do. */
export type ExecutionInput = {
  /** Left out where there is one dataset. */
  readonly dataset?: string;
  /** Say what would be loaded and touch nothing. */
  readonly plan: boolean;
} & (
  | { readonly kind: 'scheduled' }
  /** Every hour from `from` to `to`, both included, whatever the history says. One hour: from = to. */
  | { readonly kind: 'requested'; readonly from: Hour; readonly to: Hour }
);

const hour = z.string().refine((text) => isHour(text), 'an hour in UTC, for example 2026-11-23T08');
const common = { dataset: z.string().optional(), plan: z.boolean().default(false) };
const scheduled = z.strictObject(common);
const partition = z.strictObject({ ...common, partition: hour });
const range = z.strictObject({ ...common, from: hour, to: hour });

/** The input that loads one partition again. @param several whether there are other datasets, so that it names this one. */
export function rerunInput(dataset: string, partition: Hour, several: boolean): object {
  return { ...(several ? { dataset } : {}), partition };
}

/** A range is listed day by day, in one invocation. */
export const LONGEST_RANGE_HOURS = 366 * 24;

/** The accepted forms, for messages and for the command line's help. */
export const ACCEPTED_INPUT =
  '{} loads every new hour; {"partition": "2026-11-23T08"} loads that hour again; ' +
  '{"from": "2026-11-23T00", "to": "2026-11-23T08"} loads those hours, both included; ' +
  '{"plan": true} only says what would be loaded; "dataset" names the dataset where there are several.';

/** @throws LoadError InvalidInput */
export function parseExecutionInput(input: unknown): ExecutionInput {
  if (isObject(input) && 'partition' in input) {
    const { partition: only, ...rest } = checked(partition, input);
    return { kind: 'requested', ...rest, from: only, to: only };
  }
  if (isObject(input) && ('from' in input || 'to' in input)) {
    const requested = checked(range, input);
    if (requested.from > requested.to) {
      throw refused(input, `from (${requested.from}) is after to (${requested.to})`);
    }
    if (addHours(requested.from, LONGEST_RANGE_HOURS) <= requested.to) {
      throw refused(
        input,
        `from ${requested.from} to ${requested.to} is more than ${LONGEST_RANGE_HOURS / 24} days`,
      );
    }
    return { kind: 'requested', ...requested };
  }
  return { kind: 'scheduled', ...checked(scheduled, input) };
}

function checked<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => [...issue.path.map(String), issue.message].join(': '));
  throw refused(input, problems.join('; '));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refused(input: unknown, problem: string): LoadError {
  const shown = jsonOf(input);
  return new LoadError(
    'InvalidInput',
    `The execution input ${shown.length > 300 ? `${shown.slice(0, 300)}…` : shown} is not understood: ${problem}.`,
    `Start the execution with one of the accepted forms. ${ACCEPTED_INPUT}`,
  );
}

/** An input can be deeper than the stack lets JSON.stringify go, though JSON.parse took it. */
function jsonOf(input: unknown): string {
  try {
    return JSON.stringify(input) ?? 'nothing';
  } catch {
    return 'of very many levels';
  }
}
