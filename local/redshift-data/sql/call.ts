import { SqlError } from './errors';
import type { Node } from './nodes';
import type { Scope } from './scope';

/** One call: the name is known, the arguments are still Redshift's. */
export interface Call {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly scope: Scope;
  /** The arguments between commas, translated. */
  readonly arguments: () => readonly string[];
}

export type Translation = (call: Call) => string;

/** The arguments, if there are as many as the function takes. @throws SqlError as Redshift for an unknown signature. */
export function counted(call: Call, atLeast: number, atMost = atLeast): readonly string[] {
  const given = call.arguments();
  if (given.length < atLeast || given.length > atMost) {
    throw new SqlError(
      `ERROR: function ${call.name}(${given.map(() => 'unknown').join(', ')}) does not exist\n` +
        '  Hint: No function matches the given name and argument types. You may need to add explicit type casts.',
    );
  }
  return given;
}
