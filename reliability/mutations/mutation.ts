import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../testkit/root';
import { replaceOnce } from '../histories/variants';

/** A test of the project. It runs in a copy of the checkout that holds the mistake. */
export interface NamedTest {
  /** The path of the test file. */
  readonly file: string;
  /** The test's whole name or a part of it, with the names of the blocks around it: `describe test`. */
  readonly test: string;
}

/** One text for another in one file. */
export interface Change {
  /** The path from the root of the checkout. */
  readonly file: string;
  /** Text that occurs once in the file. */
  readonly from: string;
  readonly to: string;
}

/** A deliberate mistake in the sources, and what must find it. */
export interface Mutation {
  readonly name: string;
  /** What goes wrong because of it, in one sentence. */
  readonly breaks: string;
  /** One change, or several that only together leave the sources consistent. */
  readonly changes: readonly Change[];
  /** A test that fails with the mistake and passes without it, or random histories on a twin. */
  readonly by: NamedTest | 'histories';
}

/** A mutation of one file. */
export function mutation(
  name: string,
  breaks: string,
  file: string,
  from: string,
  to: string,
  by: Mutation['by'],
): Mutation {
  return { name, breaks, changes: [{ file, from, to }], by };
}

/**
 * The texts of the files that a mutation changes, by path, with the mistake in them.
 * @throws Error with the mutation's name if it does not apply: an outdated list tests nothing.
 */
export function mutatedTexts({ name, changes }: Pick<Mutation, 'name' | 'changes'>): Map<string, string> {
  const texts = new Map<string, string>();
  for (const { file, from, to } of changes) {
    try {
      const text = texts.get(file) ?? readFileSync(join(ROOT, file), 'utf8');
      texts.set(file, replaceOnce(text, from, to));
    } catch (error) {
      throw new Error(`mutation "${name}" does not apply to ${file}: ${(error as Error).message}`);
    }
  }
  return texts;
}
