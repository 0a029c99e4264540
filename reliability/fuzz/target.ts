import type fc from 'fast-check';
import { isErrorName, LoadError, splitMessage, type ErrorName } from '../../core/errors';
import type { Surroundings } from './surroundings';

/** The verdict on a right case: accepted, or refused by a name that is allowed there. */
export type Verdict = { readonly accepted: true } | { readonly accepted: false; readonly error: string };

export const ACCEPTED: Verdict = { accepted: true };

/**
 * One way in for bad input.
 * @typeParam Case a JSON value, so that it can be printed whole and kept as a fixture.
 */
export interface Target<Case> {
  /** A case hangs if it has not ended and makes no call for this long. */
  readonly seconds: number;
  readonly cases: fc.Arbitrary<Case>;
  /** Runs a case. @throws if the case is wrong: every error here is a find. */
  judge(value: Case, surroundings: Surroundings): Promise<Verdict>;
}

/** A target, for code that does not look into its cases. */
export interface AnyTarget extends Omit<Target<unknown>, 'judge'> {
  judge(value: never, surroundings: Surroundings): Promise<Verdict>;
}

/** The defect that a case shows. */
export class Wrong extends Error {
  override readonly name = 'Wrong';
}

/**
 * Words of the twin and its engine, which must not reach a user of Redshift. Advice to writers may name options of DuckDB:
 * `DuckDB: COMPRESSION snappy`.
 */
const FOREIGN_WORDS =
  /DuckDB(?!: [A-Z_]+\b)|INTERNAL Error|the local twin|States\.Runtime|\bat \S+ \(.*:\d+:\d+\)/;

/**
 * Judges an error that ends a load.
 * @param allowed the error names that this kind of input may cause.
 * @param mentions texts that the error must contain, for example the file.
 * @throws Wrong if the error has no name, a name that is not allowed, words that are not Redshift's, or no fix.
 */
export function refusal(error: unknown, allowed: readonly ErrorName[], ...mentions: string[]): Verdict {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const whole = `${name}: ${message}`;
  if (!isErrorName(name) || !isLoadError(error))
    throw new Wrong(`no error of Sluice's: ${whole}`, { cause: error });
  if (FOREIGN_WORDS.test(message)) throw new Wrong(`not in Redshift's words: ${whole}`, { cause: error });
  if (!allowed.includes(name)) throw new Wrong(`not an error for this: ${whole}`, { cause: error });
  const { reason, fix } = splitMessage(message);
  if (!reason || !fix) throw new Wrong(`an error without reason or fix: ${whole}`);
  for (const text of mentions) {
    if (!message.includes(text)) throw new Wrong(`the error does not name ${text}: ${whole}`);
  }
  return { accepted: false, error: name };
}

/** Compares by name, because a test's module registry may hold the class twice. */
function isLoadError(error: unknown): boolean {
  return error instanceof LoadError || (error instanceof Error && 'reason' in error && 'fix' in error);
}

/** @throws Wrong with both values if they differ. */
export function same(what: string, found: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
  if (left === right) return;
  throw new Wrong(`${what}: found ${shortened(left)}, expected ${shortened(right)}`);
}

const SHOWN = 2_000;

function shortened(text: string | undefined): string {
  const whole = text ?? 'nothing';
  return whole.length > SHOWN ? `${whole.slice(0, SHOWN)}… (${whole.length} characters)` : whole;
}
