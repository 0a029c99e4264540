import { createRequire } from 'node:module';
import type aslValidator from 'asl-validator';
import type { Diagnostic } from './diagnostics';
import type { Definition } from './language';

/** Findings of the second opinion that the service does not share: it takes a null in Assign and 0.5 percent. */
const falseAlarms = /\/Assign\/|\/ToleratedFailurePercentage is invalid\. must be integer/;

/** What was found, by the definition's text: twins of one process deploy the same state machine. */
const found = new Map<string, Diagnostic[]>();

/**
 * A second opinion, on what the checks here may have missed. It takes a good part of a second, so it is asked once for
 * each definition, when a state machine is created.
 */
export function lintDefinition(definition: Definition): Diagnostic[] {
  const text = JSON.stringify(definition);
  const diagnostics = found.get(text) ?? diagnose(JSON.parse(text) as Definition);
  found.set(text, diagnostics);
  return diagnostics;
}

function diagnose(definition: Definition): Diagnostic[] {
  // Loaded only here: a twin that is started again on the same state directory does without.
  const validate = createRequire(__filename)('asl-validator') as typeof aslValidator;
  const { errors } = validate(definition);
  return errors
    .map(({ Message, message, instancePath }): Diagnostic => ({
      code: 'SCHEMA_VALIDATION_FAILED',
      message: Message ?? message ?? 'refused by asl-validator',
      location: instancePath ?? '/',
    }))
    .filter(({ message }) => !falseAlarms.test(message));
}
