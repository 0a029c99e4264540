import type aslValidator from 'asl-validator';
import { createRequire } from 'node:module';
import type { Diagnostic } from './diagnostics';
import type { Definition } from './language';

/** Findings of asl-validator that the service does not share: it accepts null in Assign and 0.5 percent. */
const falseAlarms = /\/Assign\/|\/ToleratedFailurePercentage is invalid\. must be integer/;

/** Findings by the definition's text: several twins of a process deploy the same state machine. */
const found = new Map<string, Diagnostic[]>();

/**
 * Checks a definition with asl-validator, which may find problems that the twin's own checks miss. It takes a good part
 * of a second, so it runs once per definition, when a state machine is created.
 */
export function lintDefinition(definition: Definition): Diagnostic[] {
  const text = JSON.stringify(definition);
  const diagnostics = found.get(text) ?? diagnose(JSON.parse(text) as Definition);
  found.set(text, diagnostics);
  return diagnostics;
}

function diagnose(definition: Definition): Diagnostic[] {
  // Loaded on demand: a twin that restarts on the same state directory does not need it.
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
