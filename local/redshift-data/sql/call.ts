import { SqlError, syntaxError } from './errors';
import { isWord, splitAtCommas, type Node } from './nodes';
import type { Scope } from './scope';

/** A function call in Redshift's SQL, with the translators for its arguments. */
export interface Call {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly scope: Scope;
  /** Translates one expression among the nodes. */
  expression(nodes: readonly Node[]): string;
  /** Translates expressions between commas. */
  list(nodes: readonly Node[]): string;
  /** Translates a parenthesised list or query, including the parentheses. */
  group(nodes: readonly Node[]): string;
}

export type Translation = (call: Call) => string;

/** The translated arguments. @throws SqlError, as Redshift for an unknown signature, if their number is wrong */
export function counted(call: Call, atLeast: number, atMost = atLeast): readonly string[] {
  const given = argumentsOf(call, call.nodes);
  if (given.length < atLeast || given.length > atMost) {
    throw new SqlError(
      `ERROR: function ${call.name}(${given.map(() => 'unknown').join(', ')}) does not exist\n` +
        '  Hint: No function matches the given name and argument types. You may need to add explicit type casts.',
    );
  }
  return given;
}

/** Translates the arguments between commas. */
export function argumentsOf(call: Call, nodes: readonly Node[]): readonly string[] {
  if (isWord(nodes[0], 'distinct')) throw syntaxError('distinct');
  return splitAtCommas(nodes).map((part) => call.expression(part));
}
