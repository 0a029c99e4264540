import { diagnosticsText } from '../../../local/step-functions/definition/diagnostics';
import { lintDefinition } from '../../../local/step-functions/definition/lint';
import { parseDefinition } from '../../../local/step-functions/definition/parse';

type Fields = Record<string, unknown>;

const copy = 'arn:aws:lambda:us-east-1:111111111111:function:copy';
const task = { Type: 'Task', Resource: copy, End: true };
const end = { Type: 'Pass', End: true };
const one = (state: Fields, more: Fields = {}): Fields => ({ StartAt: 'S', States: { S: state, ...more } });
const inner = (state: Fields) => ({ StartAt: 'I', States: { I: state } });
const schema = (message: string, at = '/States/S') => `SCHEMA_VALIDATION_FAILED: ${message} at ${at}`;

function refusal(definition: unknown): string {
  const { diagnostics } = parseDefinition(
    typeof definition === 'string' ? definition : JSON.stringify(definition),
  );
  return diagnostics ? diagnosticsText(diagnostics) : 'accepted';
}

test.each<[name: string, definition: unknown, refusal: string]>([
  ['an unknown field', one({ ...end, Colour: 'red' }), schema("Field 'Colour' is not supported")],
  [
    'a field of another kind of state',
    one({ ...end, TimeoutSeconds: 3 }),
    schema("Field 'TimeoutSeconds' is not supported"),
  ],
  [
    'TimeoutSeconds on a Map',
    one({ Type: 'Map', ItemProcessor: inner(end), TimeoutSeconds: 3, End: true }),
    schema("Field 'TimeoutSeconds' is not supported"),
  ],
  [
    'ItemReader',
    one({ Type: 'Map', ItemProcessor: inner(end), ItemReader: {}, End: true }),
    schema("Field 'ItemReader' is not supported"),
  ],
  [
    'ResultWriter',
    one({ Type: 'Map', ItemProcessor: inner(end), ResultWriter: {}, End: true }),
    schema("Field 'ResultWriter' is not supported"),
  ],
  ['no Resource', one({ Type: 'Task', End: true }), schema('These fields are required: [Resource]')],
  ['no StartAt', { States: { S: end } }, schema('These fields are required: [StartAt]', '/')],
  [
    'neither Next nor End',
    {
      StartAt: 'C',
      States: {
        C: { Type: 'Choice', Choices: [{ Variable: '$.a', IsNull: true, Next: 'S' }], Default: 'E' },
        S: { Type: 'Pass' },
        E: end,
      },
    },
    schema('These fields are required: [Next | End]'),
  ],
  [
    'a target that is not there',
    one({ Type: 'Pass', Next: 'T' }, { E: end }),
    `MISSING_TRANSITION_TARGET: Missing 'Next' target: T at /States/S/Next, MISSING_TRANSITION_TARGET: State "E" is not reachable. at /States/E`,
  ],
  [
    'a target outside the branch',
    one({ Type: 'Parallel', Branches: [inner({ Type: 'Pass', Next: 'E' })], Next: 'E' }, { E: end }),
    "Missing 'Next' target: E at /States/S/Branches[0]/States/I/Next",
  ],
  ['no end', one({ Type: 'Pass', Next: 'S' }), 'MISSING_END_STATE: Workflow has no terminal state at null'],
  [
    'two states of one name',
    one({ Type: 'Parallel', Branches: [{ StartAt: 'S', States: { S: end } }], End: true }),
    'DUPLICATE_STATE_NAME: Duplicate State name: S',
  ],
  [
    'two members of one name',
    '{"StartAt":"S","States":{"S":{"Type":"Pass","End":true},"S":{"Type":"Fail"}}}',
    'INVALID_JSON_DESCRIPTION: Duplicate field',
  ],
  ['no JSON', '{', 'INVALID_JSON_DESCRIPTION'],
  [
    'a bad JitterStrategy',
    one({ ...task, Retry: [{ ErrorEquals: ['A'], JitterStrategy: 'HALF' }] }),
    '/States/S/Retry[0]/JitterStrategy',
  ],
  [
    'MaxDelaySeconds below IntervalSeconds',
    one({ ...task, Retry: [{ ErrorEquals: ['A'], IntervalSeconds: 9, MaxDelaySeconds: 5 }] }),
    schema('MaxDelaySeconds must not be less than IntervalSeconds', '/States/S/Retry[0]/MaxDelaySeconds'),
  ],
  [
    'States.ALL with others',
    one({ ...task, Retry: [{ ErrorEquals: ['States.ALL', 'A'] }] }),
    schema('States.ALL must appear alone and at end of list', '/States/S/Retry[0]/ErrorEquals'),
  ],
  [
    'States.ALL before others',
    one(
      {
        ...task,
        Catch: [
          { ErrorEquals: ['States.ALL'], Next: 'E' },
          { ErrorEquals: ['A'], Next: 'E' },
        ],
      },
      { E: end },
    ),
    schema('States.ALL must appear alone and at end of list', '/States/S/Catch[0]/ErrorEquals'),
  ],
  [
    'JSONata',
    { ...one(end), QueryLanguage: 'JSONata' },
    "QueryLanguage 'JSONata' is not supported by the local twin",
  ],
  [
    'JSONata in a state',
    one({ ...end, QueryLanguage: 'JSONata' }),
    "QueryLanguage 'JSONata' is not supported by the local twin",
  ],
  [
    'an unknown resource',
    one({ ...task, Resource: 'arn:aws:states:::dynamodb:putItem' }),
    'The resource provided arn:aws:states:::dynamodb:putItem is not recognized',
  ],
  [
    'a task token',
    one({ ...task, Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' }),
    'is not recognized',
  ],
  [
    'an unknown parameter',
    one({
      ...task,
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: { FunctionName: 'f', DryRun: true },
    }),
    schema('The field "DryRun" is not supported by Step Functions', '/States/S/Parameters'),
  ],
  [
    'a call that does not wait for its function',
    one({
      ...task,
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: { FunctionName: 'f', InvocationType: 'Event' },
    }),
    schema(
      'The local twin takes only these values of InvocationType: [RequestResponse]',
      '/States/S/Parameters/InvocationType',
    ),
  ],
  [
    'a missing parameter',
    one({ ...task, Resource: 'arn:aws:states:::sns:publish', Parameters: { 'TopicArn.$': '$.topic' } }),
    'The field "Message" is required but was missing',
  ],
  [
    'a ResultPath that is no Reference Path',
    one({ ...end, ResultPath: '$.a[*]' }),
    'Value is not a Reference Path',
  ],
  ['a ResultPath into the context', one({ ...end, ResultPath: '$$.a' }), 'Value is not a Reference Path'],
  ['a bad path', one({ ...end, InputPath: '$.a[' }), 'Value is not a valid JSONPath'],
  [
    'a bad expression',
    one({ ...end, Parameters: { 'a.$': 'b' } }),
    "The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call",
  ],
  [
    'an unknown function',
    one({ ...end, Parameters: { a: [{ 'b.$': 'States.Nope(1)' }] } }),
    'there is no function States.Nope',
  ],
  [
    'Error and ErrorPath',
    one({ Type: 'Fail', Error: 'a', ErrorPath: '$.b' }),
    'Only one of these fields can be given: [Error, ErrorPath]',
  ],
  [
    'a Wait for nothing',
    one({ Type: 'Wait', End: true }),
    schema(
      'This object should have only one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp]',
    ),
  ],
  [
    'a Wait for two things',
    one({ Type: 'Wait', Seconds: 1, TimestampPath: '$.a', End: true }),
    schema(
      'There should only be one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp]',
    ),
  ],
  [
    'a Wait into the past',
    one({ Type: 'Wait', Seconds: -1, End: true }),
    schema('Minimum value is 0', '/States/S/Seconds'),
  ],
  [
    'a Wait for a fraction',
    one({ Type: 'Wait', Seconds: 1.5, End: true }),
    schema('Expected value of type Integer', '/States/S/Seconds'),
  ],
  [
    'a bad Timestamp',
    one({ Type: 'Wait', Timestamp: '2016-12-05 21:29:29Z', End: true }),
    schema('String does not match RFC3339 timestamp', '/States/S/Timestamp'),
  ],
  ['no Type', one({ End: true }), schema("The field 'Type' is required")],
  [
    'an unknown Type',
    one({ Type: 'Loop', End: true }),
    schema(
      "The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]",
      '/States/S/Type',
    ),
  ],
  [
    'a Choice of nothing',
    one({ Type: 'Choice', Choices: [] }),
    schema('Value cannot be empty', '/States/S/Choices'),
  ],
  [
    'an Or of nothing',
    one({ Type: 'Choice', Choices: [{ Or: [], Next: 'E' }] }, { E: end }),
    schema('Value cannot be empty', '/States/S/Choices[0]/Or'),
  ],
  [
    'an unknown operator',
    one({ Type: 'Choice', Choices: [{ Variable: '$.a', Equals: 1, Next: 'E' }] }, { E: end }),
    "Field 'Equals' is not supported",
  ],
  [
    'an operand of another type',
    one({ Type: 'Choice', Choices: [{ Variable: '$.a', NumericEquals: '1', Next: 'E' }] }, { E: end }),
    '"1" is not a value that NumericEquals takes',
  ],
  [
    'two operators',
    one(
      { Type: 'Choice', Choices: [{ Variable: '$.a', IsNull: true, IsString: true, Next: 'E' }] },
      { E: end },
    ),
    'exactly one operator',
  ],
  [
    'Next within And',
    one(
      { Type: 'Choice', Choices: [{ And: [{ Variable: '$.a', IsNull: true, Next: 'E' }], Next: 'E' }] },
      { E: end },
    ),
    "Field 'Next' is not supported at /States/S/Choices[0]/And[0]",
  ],
  ['a reserved variable', one({ ...end, Assign: { states: 1 } }), 'Invalid variable name: states'],
  [
    'a Map without a processor',
    one({ Type: 'Map', End: true }),
    'These fields are required: [ItemProcessor]',
  ],
  [
    'ItemBatcher in an inline Map',
    one({ Type: 'Map', ItemProcessor: inner(end), ItemBatcher: {}, End: true }),
    "Field 'ItemBatcher' is not supported",
  ],
])('refuses %s', (_, definition, text) => {
  expect(refusal(definition)).toContain(text);
});

test('accepts a QueryLanguage in every state, as serverless-step-functions writes it', () => {
  const definition = one({ ...task, QueryLanguage: 'JSONPath' }, {});
  expect(refusal(definition)).toBe('accepted');
  expect(lintDefinition(parseDefinition(JSON.stringify(definition)).definition!)).toEqual([]);
});

test('accepts parameters whose value is the twin’s own behaviour', () => {
  const Parameters = {
    FunctionName: 'f',
    InvocationType: 'RequestResponse',
    LogType: 'Tail',
    'ClientContext.$': '$.context',
  };
  expect(refusal(one({ ...task, Resource: 'arn:aws:states:::lambda:invoke', Parameters }))).toBe('accepted');
});

test('literal data may contain any word of the language', () => {
  expect(refusal(one({ ...end, Result: { QueryLanguage: 'JSONata', States: { x: 1 } } }))).toBe('accepted');
});

/** A workflow inside a workflow inside a workflow … */
function nested(levels: number, innermost: object, around: (inner: object) => object): object {
  let workflow: object = { StartAt: 'I', States: { I: innermost } };
  for (let level = 1; level <= levels; level++) {
    const name = `L${level}`;
    workflow = { StartAt: name, States: { [name]: { ...around(workflow), End: true } } };
  }
  return workflow;
}
const parallel = (branch: object) => ({ Type: 'Parallel', Branches: [branch] });
const map = (ItemProcessor: object) => ({ Type: 'Map', ItemProcessor });

test.each([
  ['Parallel', parallel],
  ['Map', map],
])('checks a %s of many levels in time, down to the last', (_, around) => {
  const lint = (state: object) =>
    lintDefinition(parseDefinition(JSON.stringify(nested(21, state, around))).definition!);
  const before = performance.now();
  expect(lint(end)).toEqual([]);
  expect(performance.now() - before).toBeLessThan(5_000);
  // Only asl-validator finds a member that is given twice.
  const odd = { ...end, Parameters: { 'a.$': '$.a', a: 1 } };
  expect(lint(odd)).toHaveLength(1);
});

test('refuses more levels than the service reads', () => {
  expect(refusal(nested(300, end, parallel))).toContain('must not have more than 1000 levels');
});
