import { EvaluationFailure } from '../interpreter/failures';
import type { Json } from '../json';
import { InvalidArgument, intrinsicFunctions } from './intrinsic-functions';
import { type Argument, type Call, parseIntrinsic, unescapeString } from './intrinsic-parser';
import { lookUp, type Source } from './path';

/**
 * Calls the intrinsic function in a field. As recorded on the service, a failure is a States.Runtime, which Catch does not
 * match, and it quotes the whole expression.
 */
export function callIntrinsic(text: string, source: Source): Json {
  const expression = parseIntrinsic(text);
  try {
    return call(expression, source);
  } catch (error) {
    if (error instanceof InvalidArgument) {
      throw new EvaluationFailure(
        `There was an error while evaluating the intrinsic function: ${expression.text}. ${error.message}`,
      );
    }
    if (error instanceof MissingArgument) {
      throw new EvaluationFailure(
        `The function '${expression.text}' had the following error: ${error.message}`,
      );
    }
    throw error;
  }
}

/** A path in an argument points to nothing. */
class MissingArgument extends Error {}

function call(expression: Call, source: Source): Json {
  const intrinsic = intrinsicFunctions[expression.name];
  const args = expression.arguments.map((argument, position) =>
    // The template of States.Format keeps its escapes: `\{` is a brace, `{}` a place for a value.
    expression.name === 'Format' && position === 0 && argument.kind === 'string'
      ? argument.raw
      : evaluate(argument, source),
  );
  if (intrinsic === undefined) throw new InvalidArgument(`There is no function States.${expression.name}`);
  try {
    return intrinsic(...args);
  } catch (error) {
    // Most failures have only this message.
    if (!(error instanceof InvalidArgument) || error.message !== '') throw error;
    throw new InvalidArgument(`Invalid arguments in States.${expression.name}`);
  }
}

function evaluate(argument: Argument, source: Source): Json {
  switch (argument.kind) {
    case 'path':
      return valueAt(argument.text, source);
    case 'string':
      return unescapeString(argument.raw);
    case 'literal':
      return argument.value;
    case 'call':
      return call(argument, source);
  }
}

/** The service's message shows the state's input and one `$` for every path. */
function valueAt(path: string, source: Source): Json {
  const lookup = lookUp(path, source);
  if (lookup.found) return lookup.value;
  throw new MissingArgument(
    lookup.reason.startsWith('Filter: ')
      ? lookup.reason
      : `The JsonPath argument for the field '${path.replace(/^\$\$/, '$')}' could not be found in the input '${JSON.stringify(source.input)}'`,
  );
}
