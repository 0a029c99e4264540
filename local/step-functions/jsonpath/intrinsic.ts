import { EvaluationFailure, errorNames } from '../interpreter/failures';
import type { Json } from '../json';
import { InvalidArgument, intrinsicFunctions } from './intrinsic-functions';
import { type Argument, type Call, parseIntrinsic, unescapeString } from './intrinsic-parser';
import { resolveField, type Source } from './path';

/** Calls the intrinsic function that a field holds. @param field the field's name, for errors. */
export function callIntrinsic(text: string, field: string, source: Source): Json {
  return call(parseIntrinsic(text), field, source);
}

function call(expression: Call, field: string, source: Source): Json {
  const intrinsic = intrinsicFunctions[expression.name];
  const args = expression.arguments.map((argument, position) =>
    // The template of States.Format keeps its escapes: `\{` is a brace there, `{}` a place for a value.
    expression.name === 'Format' && position === 0 && argument.kind === 'string'
      ? argument.raw
      : evaluate(argument, field, source),
  );
  try {
    if (intrinsic === undefined) throw new InvalidArgument('there is no such function');
    return intrinsic(...args);
  } catch (error) {
    if (!(error instanceof InvalidArgument)) throw error;
    throw new EvaluationFailure(
      `The function '${expression.text}' had the following error: ${error.message}`,
      errorNames.intrinsicFailure,
    );
  }
}

function evaluate(argument: Argument, field: string, source: Source): Json {
  switch (argument.kind) {
    case 'path':
      return resolveField(argument.text, field, source);
    case 'string':
      return unescapeString(argument.raw);
    case 'literal':
      return argument.value;
    case 'call':
      return call(argument, field, source);
  }
}
