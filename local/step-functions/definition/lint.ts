import type aslValidator from 'asl-validator';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import type { Diagnostic } from './diagnostics';
import { workflowsAt } from './graph';
import type { Definition, Workflow } from './language';

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
  const [top, ...inner] = slicesOf(definition);
  const found = [top!, ...(inner.length > 0 ? [sideBySide(inner)] : [])].flatMap((slice) =>
    validate(slice).errors.map(({ Message, message, instancePath = '/' }): Diagnostic => ({
      code: 'SCHEMA_VALIDATION_FAILED',
      message: Message ?? message ?? 'refused by asl-validator',
      location: instancePath,
    })),
  );
  return found.filter(({ message }) => !falseAlarms.test(message));
}

/** asl-validator tries every inner workflow in two ways, so that its time doubles with each level. */
const LEVELS_AT_ONCE = 4;

/** A definition in parts of a few levels each. A part that is cut off leaves a workflow of one state behind. */
function slicesOf(definition: Definition): Workflow[] {
  const pending: Workflow[] = [definition];
  const slices: Workflow[] = [];
  for (let whole = pending.pop(); whole !== undefined; whole = pending.pop()) {
    const cut = new Map(workflowsAt(whole, LEVELS_AT_ONCE).map((inner) => [inner, stub()]));
    for (const { StartAt, States } of cut.keys()) pending.push({ StartAt, States });
    const text = JSON.stringify(whole, (_name, value: Workflow) => {
      const left = cut.get(value);
      return left === undefined ? value : { ...value, ...left };
    });
    slices.push(JSON.parse(text) as Workflow);
  }
  return slices;
}

/** Workflows as branches of one: each call of asl-validator takes a while. */
function sideBySide(workflows: readonly Workflow[]): object {
  const name = randomUUID();
  return { StartAt: name, States: { [name]: { Type: 'Parallel', Branches: workflows, End: true } } };
}

/** The name of a state must be the only one of its kind. */
function stub(): Workflow {
  const name = randomUUID();
  return { StartAt: name, States: { [name]: { Type: 'Succeed' } } };
}
