import * as z from 'zod';
import { LoadError } from './errors';
import { addHours, hoursOfText, type Hour, type HourRange } from './hour';

/** What an execution does. */
export type ExecutionInput = {
  /** May be left out if there is only one dataset. */
  readonly dataset?: string;
  /** True: report what would be loaded, and change nothing. */
  readonly plan: boolean;
} & (
  | { readonly kind: 'scheduled' }
  /**
   * Loads every hour from `from` to `to`, both included, whatever the load history says. For one hour from = to. `due`: only
   * those of them that were not loaded yet, that failed, or whose files have changed.
   */
  | { readonly kind: 'requested'; readonly from: Hour; readonly to: Hour; readonly due: boolean }
);

const hours = z.string().transform((text, context): HourRange => {
  const range = hoursOfText(text);
  if (range) return range;
  context.addIssue({
    code: 'custom',
    message: 'expected an hour in UTC, for example 2026-11-23T08, or a day, for example 2026-11-23',
  });
  return z.NEVER;
});
const common = { dataset: z.string().optional(), plan: z.boolean().default(false) };
const scheduled = z.strictObject(common);
const partition = z.strictObject({ ...common, partition: hours });
const range = z.strictObject({ ...common, from: hours, to: hours, due: z.boolean().default(false) });

/** The input that loads one partition again. @param several whether there are other datasets, so that it names this one. */
export function rerunInput(dataset: string, partition: Hour, several: boolean): object {
  return { ...(several ? { dataset } : {}), partition };
}

/** One invocation lists all days of a range, so a range has a limit. */
export const LONGEST_RANGE_HOURS = 366 * 24;

/** The accepted forms, for messages and for the command line's help. */
export const ACCEPTED_INPUT =
  '{} loads every new hour; {"partition": "2026-11-23T08"} loads that hour again, {"partition": "2026-11-23"} that day; ' +
  '{"from": "2026-11-23T00", "to": "2026-11-23T08"} loads those hours, both included, and with "due": true only what is due of them; ' +
  '{"plan": true} only reports what would be loaded; "dataset" names the dataset if there are several.';

/** @throws LoadError InvalidInput */
export function parseExecutionInput(input: unknown): ExecutionInput {
  if (isObject(input) && 'partition' in input) {
    const { partition: only, ...rest } = checked(partition, input);
    return { kind: 'requested', ...rest, ...only, due: false };
  }
  if (isObject(input) && ('from' in input || 'to' in input)) {
    const { from, to, ...rest } = checked(range, input);
    const requested = { ...rest, from: from.from, to: to.to };
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

/** @returns undefined for an input that is not valid. */
export function readExecutionInput(input: unknown): ExecutionInput | undefined {
  try {
    return parseExecutionInput(input);
  } catch {
    return undefined;
  }
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
    `The execution input ${shown.length > 300 ? `${shown.slice(0, 300)}…` : shown} is not valid: ${problem}.`,
    `Start the execution with one of the accepted forms. ${ACCEPTED_INPUT}`,
  );
}

/** JSON.stringify can run out of stack for a deep input that JSON.parse accepts. */
function jsonOf(input: unknown): string {
  try {
    return JSON.stringify(input) ?? 'nothing';
  } catch {
    return 'with too many levels';
  }
}
