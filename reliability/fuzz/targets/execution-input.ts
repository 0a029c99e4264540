import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import fc from 'fast-check';
import { splitMessage } from '../../../core/errors';
import { follow } from '../follow-execution';
import type { Surroundings } from '../surroundings';
import { ACCEPTED, refusal, Wrong, type Target, type Verdict } from '../target';
import { hostileText } from '../words';

/** The text of an input, and the way that it takes: through the state machine (slow) or to ListPartitions alone. */
interface ExecutionInputCase {
  readonly text: string;
  readonly through: 'handler' | 'state machine';
}

const digits = (from: number, to: number, width: number) =>
  fc.integer({ min: from, max: to }).map((value) => String(value).padStart(width, '0'));

/** Hours, and texts that are nearly hours. */
const nearlyHour = fc.oneof(
  fc
    .tuple(digits(0, 9999, 4), digits(0, 13, 2), digits(0, 32, 2), digits(0, 25, 2))
    .map(([year, month, day, hour]) => `${year}-${month}-${day}T${hour}`),
  fc.constantFrom(
    '2026-11-20T08',
    '2026-11-20T08:00:00Z',
    '2026-11-20 08',
    '2026-11-20t08',
    '2026-11-20T8',
    '+002026-11-20T08',
    '-000001-01-01T00',
    '0000-01-01T00',
    '9999-12-31T23',
    '2026-11-20T08\n',
    '２０２６-11-20T08',
    '2026-02-29T08',
  ),
);
const datasetName = fc.oneof(fc.constantFrom('trips', 'every_type', 'TRIPS', '', 'trips '), hostileText(40));
const value = fc.oneof(nearlyHour, datasetName, fc.boolean(), fc.jsonValue({ maxDepth: 3 }));
const member = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('partition', 'from', 'to', 'dataset', 'plan') },
  { weight: 1, arbitrary: hostileText(20) },
);

/** The accepted forms with some values replaced, so that some cases pass. */
const nearlyAccepted = fc.oneof(
  fc.record(
    { partition: nearlyHour, dataset: datasetName, plan: fc.boolean() },
    { requiredKeys: ['partition'] },
  ),
  fc.record(
    { from: nearlyHour, to: nearlyHour, dataset: datasetName, plan: fc.boolean() },
    { requiredKeys: [] },
  ),
  fc.record({ dataset: fc.constantFrom('trips', 'every_type'), plan: fc.constant(true) }),
);

const inputText = fc.oneof(
  { weight: 4, arbitrary: nearlyAccepted.map((input) => JSON.stringify(input)) },
  {
    weight: 4,
    arbitrary: fc.dictionary(member, value, { maxKeys: 5 }).map((input) => JSON.stringify(input)),
  },
  { weight: 2, arbitrary: fc.json({ maxDepth: 4 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '"2026-11-20T08"',
      'null',
      '[]',
      '0',
      '{"__proto__": {"partition": "2026-11-20T08"}}',
      '{"partition": "2026-11-20T08", "__proto__": null}',
      '{"dataset": "trips", "dataset": "every_type", "plan": true}',
      '{"dataset": "__proto__", "plan": true}',
      `{"partition": ${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
      `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
      `{"dataset": "${'x'.repeat(200_000)}"}`,
      '{"from": "0001-01-01T00", "to": "9999-12-31T23", "dataset": "trips"}',
      '{"partition": "9999-12-31T23", "dataset": "trips"}',
      '{"partition": "0000-01-01T00", "dataset": "trips"}',
    ),
  },
);

export const executionInput: Target<ExecutionInputCase> = {
  seconds: 60,
  cases: fc.record({
    text: inputText,
    through: fc.oneof(
      { weight: 24, arbitrary: fc.constant('handler' as const) },
      { weight: 1, arbitrary: fc.constant('state machine' as const) },
    ),
  }),
  judge({ text, through }, surroundings) {
    return through === 'handler' ? judgeHandler(text, surroundings) : judgeStateMachine(text, surroundings);
  },
};

async function judgeHandler(text: string, surroundings: Surroundings): Promise<Verdict> {
  try {
    const { partitions } = await surroundings.list(JSON.parse(text));
    if (!Array.isArray(partitions)) throw new Wrong('no list of partitions');
    return ACCEPTED;
  } catch (error) {
    return error instanceof Wrong ? Promise.reject(error) : refusal(error, ['InvalidInput']);
  }
}

/** The service refuses input that is not JSON. Otherwise the execution fails with a named error and a fix. */
async function judgeStateMachine(text: string, { twin }: Surroundings): Promise<Verdict> {
  const { stepFunctions, stateMachineArn } = twin.connection;
  let executionArn: string | undefined;
  try {
    const started = await stepFunctions.send(new StartExecutionCommand({ stateMachineArn, input: text }));
    executionArn = started.executionArn;
  } catch (error) {
    const { name } = error as Error;
    if (name !== 'InvalidExecutionInput' && name !== 'ValidationException') throw error;
    return { accepted: false, error: name };
  }
  const { status, error, cause } = await follow(stepFunctions, executionArn ?? '');
  if (status === 'SUCCEEDED') return ACCEPTED;
  if (error !== 'InvalidInput') throw new Wrong(`the execution is ${status} with ${error}: ${cause}`);
  if (splitMessage(cause ?? '').reason === '') throw new Wrong('the execution has no cause');
  return { accepted: false, error };
}
