import aslValidator from 'asl-validator';
import type { Diagnostic } from './diagnostics';
import type { Definition } from './language';

/** Findings of the second opinion that the service does not share: it takes a null in Assign and 0.5 percent. */
const falseAlarms = /\/Assign\/|\/ToleratedFailurePercentage is invalid\. must be integer/;

/**
 * A second opinion, on what the checks here may have missed. It takes a good part of a second, so it is asked once, when
 * a state machine is created.
 */
export function lintDefinition(definition: Definition): Diagnostic[] {
  const { errors } = aslValidator(structuredClone(definition));
  return errors
    .map(({ Message, message, instancePath }): Diagnostic => ({
      code: 'SCHEMA_VALIDATION_FAILED',
      message: Message ?? message ?? 'refused by asl-validator',
      location: instancePath ?? '/',
    }))
    .filter(({ message }) => !falseAlarms.test(message));
}
