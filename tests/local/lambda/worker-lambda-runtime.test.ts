import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RuleFaults } from '../../../local/faults/rule-faults';
import type { DeployedFunction } from '../../../local/lambda/deployed-function';
import { WorkerLambdaRuntime, type LambdaRuntimeOptions } from '../../../local/lambda/worker-lambda-runtime';
import { temporaryFolder } from '../../../testkit/temporary-folder';

const arn = 'arn:aws:lambda:us-east-1:000000000000:function:probe';

let directory: string;
let runtime: WorkerLambdaRuntime;

beforeEach(() => {
  directory = temporaryFolder('lambda-');
});

afterEach(async () => {
  await runtime.close();
  rmSync(directory, { recursive: true, force: true });
});

function start(options: Partial<LambdaRuntimeOptions> = {}) {
  runtime = new WorkerLambdaRuntime({
    region: 'us-east-1',
    endpoint: () => 'http://127.0.0.1:4566',
    logDirectory: join(directory, 'logs'),
    ...options,
  });
}

/** Deploys one function, `probe`, from its module's text. */
function deploy(source: string, changes: Partial<DeployedFunction> = {}, file = 'functions/probe.js') {
  deployAll(source, [changes], file);
}

/** Deploys a function for each of the changes, all with the same code. */
function deployAll(source: string, all: readonly Partial<DeployedFunction>[], file = 'functions/probe.js') {
  const codeDirectory = join(directory, 'task');
  mkdirSync(dirname(join(codeDirectory, file)), { recursive: true });
  writeFileSync(join(codeDirectory, file), source);
  runtime.deploy(
    all.map((changes) => ({
      name: 'probe',
      arn,
      handler: 'functions/probe.handler',
      runtime: 'nodejs24.x',
      codeDirectory,
      environment: {},
      timeoutSeconds: 3,
      memoryMB: 128,
      ...changes,
    })),
  );
}

/** Deploys and invokes a function. `body` is the async handler's code, with `event` and `context`. */
async function outcomeOf(body: string, event: unknown = {}, changes: Partial<DeployedFunction> = {}) {
  deploy(`exports.handler = async (event, context) => { ${body} };`, changes);
  return runtime.invoke(arn, event);
}

const existing = async (file = '') => {
  while (!existsSync(file)) await sleep(20);
};
const log = () => readFileSync(join(directory, 'logs', 'probe.log'), 'utf8');

describe('an invocation', () => {
  beforeEach(() => start());

  test('passes the event to the handler and its answer to the caller as JSON', async () => {
    const invocation = await outcomeOf('return { ...event, gone: undefined, at: new Date(0) };', {
      a: [1, 'é'],
    });
    expect(invocation).toEqual({
      outcome: 'returned',
      payload: { a: [1, 'é'], at: '1970-01-01T00:00:00.000Z' },
    });
  });

  test('turns an answer of undefined into null', async () => {
    expect(await outcomeOf('')).toEqual({ outcome: 'returned', payload: null });
  });

  test.each(['1n', '(() => 1)', '(() => { const a = {}; a.a = a; return a; })()'])(
    'refuses an answer that is not JSON: %s',
    async (value) => {
      expect(await outcomeOf(`return ${value};`)).toMatchObject({
        error: 'Runtime.JSONStringifyError',
        payload: { errorMessage: 'Unable to stringify response body' },
      });
    },
  );

  test('has Lambda’s context', async () => {
    const invocation = await outcomeOf(
      'return { ...context, remaining: context.getRemainingTimeInMillis(), keys: Object.keys(context) };',
      {},
      { memoryMB: 256 },
    );
    expect(invocation).toMatchObject({
      payload: {
        functionName: 'probe',
        functionVersion: '$LATEST',
        invokedFunctionArn: arn,
        memoryLimitInMB: '256',
        awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        logGroupName: '/aws/lambda/probe',
        keys: expect.not.arrayContaining([
          'callbackWaitsForEmptyEventLoop',
          'done',
          'succeed',
          'fail',
        ]) as string[],
      },
    });
    const { remaining } = (invocation as { payload: { remaining: number } }).payload;
    expect(remaining).toBeGreaterThan(2000);
    expect(remaining).toBeLessThanOrEqual(3000);
  });

  test("has Lambda's variables and its own, and none of the host's", async () => {
    process.env.SLUICE_TEST_HOST_VARIABLE = 'host';
    try {
      const invocation = await outcomeOf('return process.env;', {}, { environment: { BUCKET: 'lake' } });
      const variables = (invocation as { payload: Record<string, string> }).payload;
      expect(Object.keys(variables).sort()).toEqual(
        [
          '_HANDLER',
          '_X_AMZN_TRACE_ID',
          'AWS_ACCESS_KEY_ID',
          'AWS_DEFAULT_REGION',
          'AWS_ENDPOINT_URL',
          'AWS_EXECUTION_ENV',
          'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
          'AWS_LAMBDA_FUNCTION_NAME',
          'AWS_LAMBDA_FUNCTION_VERSION',
          'AWS_LAMBDA_INITIALIZATION_TYPE',
          'AWS_LAMBDA_LOG_GROUP_NAME',
          'AWS_LAMBDA_LOG_STREAM_NAME',
          'AWS_REGION',
          'AWS_SECRET_ACCESS_KEY',
          'AWS_SESSION_TOKEN',
          'BUCKET',
          'LAMBDA_TASK_ROOT',
          'LANG',
          'PATH',
          'TZ',
        ].sort(),
      );
      expect(variables).toMatchObject({
        _HANDLER: 'functions/probe.handler',
        AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        BUCKET: 'lake',
        LAMBDA_TASK_ROOT: join(directory, 'task'),
      });
    } finally {
      delete process.env.SLUICE_TEST_HOST_VARIABLE;
    }
  });

  test('reports a thrown error by its name', async () => {
    const invocation = await outcomeOf(
      "throw Object.assign(new Error('12 and 8'), { name: 'ColumnMismatch' });",
    );
    expect(invocation).toMatchObject({
      outcome: 'raised',
      error: 'ColumnMismatch',
      payload: { errorType: 'ColumnMismatch', errorMessage: '12 and 8' },
    });
    const { trace } = (invocation as { payload: { trace: string[] } }).payload;
    expect(trace[0]).toContain('12 and 8');
    expect(trace.length).toBeGreaterThan(1);
  });

  test('reports a thrown value by its type', async () => {
    expect(await outcomeOf("throw 'no';")).toMatchObject({
      error: 'string',
      payload: { errorType: 'string', errorMessage: 'no', trace: [] },
    });
  });

  test.each([
    ['process.exit(7)', 'process.exit(7);', 'Runtime exited with error: exit status 7'],
    ['process.exit(0)', 'process.exit(0);', 'Runtime exited without providing a reason'],
    [
      'an uncaught exception',
      "setTimeout(() => { throw new Error('late'); }, 1); await new Promise((r) => setTimeout(r, 2000));",
      'Runtime exited with error: exit status 1',
    ],
    [
      'an unhandled rejection',
      "void Promise.reject(new Error('lost')); await new Promise((r) => setTimeout(r, 2000));",
      'Runtime exited with error: exit status 1',
    ],
    [
      'a promise that nothing will settle',
      'await new Promise(() => {});',
      'Runtime exited without providing a reason',
    ],
  ])('%s is a Runtime.ExitError, and the next invocation has a new environment', async (_, body, words) => {
    const invocation = await outcomeOf(`if (event.crash) { ${body} } return 'alive';`, { crash: true });
    expect(invocation).toMatchObject({
      outcome: 'raised',
      error: 'Runtime.ExitError',
      payload: {
        errorMessage: expect.stringMatching(
          new RegExp(`^RequestId: [0-9a-f-]{36} Error: ${words}$`),
        ) as string,
      },
    });
    expect(await runtime.invoke(arn, {})).toEqual({ outcome: 'returned', payload: 'alive' });
  });

  test('ends after its timeout, even in a loop that never yields', async () => {
    // Without the timeout it would never end.
    const invocation = await outcomeOf('for (;;);', {}, { timeoutSeconds: 1 });
    expect(invocation).toMatchObject({
      error: 'Sandbox.Timedout',
      payload: {
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(
          /^RequestId: \S+ Error: Task timed out after 1\.00 seconds$/,
        ) as string,
      },
    });
    await runtime.close();
    expect(log()).toContain('Task timed out after 1.00 seconds');
  });

  test('is killed when it needs more memory than the function has', async () => {
    const invocation = await outcomeOf(
      'const kept = []; for (;;) kept.push(new Array(1e5).fill(Math.random()));',
      {},
      { timeoutSeconds: 60 },
    );
    expect(invocation).toMatchObject({ error: 'Runtime.OutOfMemory' });
  });

  test('answers with at most 6 MB', async () => {
    expect(await outcomeOf("return 'x'.repeat(6291554);")).toMatchObject({ outcome: 'returned' });
    expect(await outcomeOf("return 'x'.repeat(6291555);")).toMatchObject({
      error: 'Function.ResponseSizeTooLarge',
      payload: {
        errorMessage:
          'Response payload size (6291557 bytes) exceeded maximum allowed payload size (6291556 bytes).',
      },
    });
  });

  test('accepts at most 6 MB', async () => {
    expect(await outcomeOf('return event.length;', 'x'.repeat(6291455))).toMatchObject({
      outcome: 'refused',
      error: 'Lambda.RequestTooLargeException',
    });
  });

  test('is refused for an unknown function', async () => {
    const unknown = `${arn}-of-old`;
    expect(await runtime.invoke(unknown, {})).toEqual({
      outcome: 'refused',
      error: 'Lambda.ResourceNotFoundException',
      message: `Function not found: ${unknown}`,
    });
  });

  test('keeps running after the caller aborts', async () => {
    const [started, aborted, ended] = ['started', 'aborted', 'ended'].map((name) => join(directory, name));
    deploy(`const { existsSync, writeFileSync } = require('node:fs');
    exports.handler = async ({ started, aborted, ended }) => {
      writeFileSync(started, '');
      while (!existsSync(aborted)) await new Promise((resolve) => setTimeout(resolve, 20));
      writeFileSync(ended, '');
    };`);
    const caller = new AbortController();
    const outcome = expect(
      runtime.invoke(arn, { started, aborted, ended }, caller.signal),
    ).rejects.toMatchObject({ name: 'AbortError' });
    await existing(started);
    caller.abort();
    await outcome;
    writeFileSync(aborted!, '');
    await existing(ended);
  });
});

describe('loading', () => {
  beforeEach(() => start());

  test('accepts ES modules', async () => {
    deploy(
      "import { EOL } from 'node:os'; export const handler = async () => EOL;",
      {},
      'functions/probe.mjs',
    );
    expect(await runtime.invoke(arn, {})).toEqual({ outcome: 'returned', payload: '\n' });
  });

  test('accepts nested exports, and `:$LATEST` after the ARN', async () => {
    deploy('exports.api = { get: async () => 1 };', { handler: 'functions/probe.api.get' });
    expect(await runtime.invoke(`${arn}:$LATEST`, {})).toEqual({ outcome: 'returned', payload: 1 });
  });

  test.each([
    ['Runtime.UserCodeSyntaxError', 'exports.handler = async () => {', {}, 'SyntaxError: Unexpected'],
    [
      'Runtime.ImportModuleError',
      '',
      { handler: 'functions/absent.handler' },
      "Error: Cannot find module 'absent'",
    ],
    ['Runtime.ImportModuleError', "require('./absent');", {}, "Error: Cannot find module './absent'"],
    [
      'Runtime.HandlerNotFound',
      'exports.other = async () => 1;',
      {},
      'functions/probe.handler is undefined or not exported',
    ],
    ['Runtime.HandlerNotFound', 'exports.handler = 1;', {}, 'functions/probe.handler is not a function'],
    ['Runtime.MalformedHandlerName', '', { handler: '../probe.handler' }, 'is not a valid handler name'],
    [
      'Runtime.CallbackHandlerDeprecated',
      'exports.handler = (e, c, callback) => callback(null, 1);',
      {},
      'Node.js 24',
    ],
    ['TypeError', "throw new TypeError('at load')", {}, 'at load'],
  ])('fails with %s', async (error, source, changes, words) => {
    deploy(source, changes);
    const invocation = await runtime.invoke(arn, {});
    expect(invocation).toMatchObject({ outcome: 'raised', error, payload: { errorType: error } });
    expect((invocation as { payload: { errorMessage: string } }).payload.errorMessage).toContain(words);
  });

  test('does not find modules outside the package, which Node would find by walking up', async () => {
    mkdirSync(join(directory, 'node_modules', 'left-out'), { recursive: true });
    writeFileSync(join(directory, 'node_modules', 'left-out', 'index.js'), 'module.exports = 1;');
    deploy("exports.handler = async () => require('left-out');");
    expect(await runtime.invoke(arn, {})).toMatchObject({
      error: 'Error',
      payload: { errorMessage: expect.stringContaining("Cannot find module 'left-out'") as string },
    });
  });

  test('finds the AWS SDK of the managed runtime', async () => {
    await runtime.close();
    start({ runtimeModules: join(__dirname, '../../../node_modules') });
    deploy(
      "const { SNSClient } = require('@aws-sdk/client-sns'); exports.handler = async () => SNSClient.name;",
    );
    expect(await runtime.invoke(arn, {})).toEqual({ outcome: 'returned', payload: 'SNSClient' });
  });
});

describe('execution environments', () => {
  const counting =
    'let count = 0; exports.handler = async (event) => { await new Promise((r) => setTimeout(r, event.ms ?? 0)); return ++count; };';
  const values = (invocations: readonly unknown[]) =>
    invocations.map((i) => (i as { payload: unknown }).payload);

  test('are reused while warm', async () => {
    start();
    deploy(counting);
    expect(values([await runtime.invoke(arn, {}), await runtime.invoke(arn, {})])).toEqual([1, 2]);
  });

  test('run one invocation at a time, and more are started for concurrent ones', async () => {
    start();
    deploy(counting);
    expect(values(await Promise.all([1, 2, 3].map(() => runtime.invoke(arn, { ms: 300 }))))).toEqual([
      1, 1, 1,
    ]);
  });

  test('are bounded, and further invocations wait', async () => {
    start({ environmentsPerFunction: 1 });
    deploy(counting);
    expect(values(await Promise.all([1, 2, 3].map(() => runtime.invoke(arn, { ms: 20 }))))).toEqual([
      1, 2, 3,
    ]);
  });

  test('are refused above the reserved concurrency', async () => {
    start();
    deploy(counting, { concurrency: 1 });
    const [first, second] = await Promise.all([runtime.invoke(arn, { ms: 100 }), runtime.invoke(arn, {})]);
    expect(first).toEqual({ outcome: 'returned', payload: 1 });
    expect(second).toEqual({
      outcome: 'refused',
      error: 'Lambda.TooManyRequestsException',
      message: 'Rate Exceeded.',
    });
  });

  test('are refused above the concurrency of the account, which all functions without a reserved one share', async () => {
    start({ concurrency: 2 });
    const other = `${arn}-2`;
    const reserved = `${arn}-3`;
    deployAll(counting, [{}, { arn: other }, { arn: reserved, concurrency: 1 }]);
    const slow = [runtime.invoke(arn, { ms: 200 })];
    const refused = { outcome: 'refused', error: 'Lambda.TooManyRequestsException' };
    // Of the two, one is reserved for the third function.
    expect(await runtime.invoke(other, {})).toMatchObject(refused);
    expect(await runtime.invoke(arn, {})).toMatchObject(refused);
    expect(await runtime.invoke(reserved, {})).toMatchObject({ outcome: 'returned' });
    await Promise.all(slow);
    expect(await runtime.invoke(other, {})).toMatchObject({ outcome: 'returned' });
    expect(runtime.account()).toEqual({ concurrency: 2, unreserved: 1, functions: 3 });
  });

  test('are new after a deployment', async () => {
    start();
    deploy(counting);
    await runtime.invoke(arn, {});
    deploy(counting);
    expect(await runtime.invoke(arn, {})).toEqual({ outcome: 'returned', payload: 1 });
  });

  test('end when the runtime is closed, even if they are busy', async () => {
    start();
    deploy(
      "exports.handler = async ({ started }) => { require('node:fs').writeFileSync(started, ''); await new Promise(() => setInterval(() => {}, 1_000)); };",
      { timeoutSeconds: 60 },
    );
    const started = join(directory, 'started');
    const invocation = runtime.invoke(arn, { started });
    const outcome = expect(invocation).rejects.toMatchObject({ name: 'AbortError' });
    await existing(started);
    await runtime.close();
    await outcome;
    await expect(runtime.invoke(arn, {})).rejects.toMatchObject({ name: 'AbortError' });
  });
});

test('the log has CloudWatch’s format', async () => {
  start();
  await outcomeOf(
    "console.log('loaded %d', 3); console.error({ a: 1 }); process.stdout.write('raw'); return 1;",
  );
  await runtime.close();
  const lines = log().trimEnd().split('\n');
  expect(lines).toEqual([
    expect.stringMatching(/^START RequestId: \S+ Version: \$LATEST$/),
    expect.stringMatching(/^\S+Z\t\S+\tINFO\tloaded 3$/),
    expect.stringMatching(/^\S+Z\t\S+\tERROR\t\{ a: 1 \}$/),
    'raw',
    expect.stringMatching(/^END RequestId: \S+$/),
    expect.stringMatching(
      /^REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\tInit Duration: [\d.]+ ms$/,
    ),
  ]);
});

describe('faults', () => {
  async function withFault(fault: unknown) {
    const faults = new RuleFaults();
    start({ faults });
    faults.set([{ service: 'lambda', operation: 'probe', match: '"hit":true', fault }]);
    const first = await outcomeOf("require('node:fs').appendFileSync(event.mark, 'x'); return 'done';", {
      hit: true,
      mark: join(directory, 'mark'),
    });
    const ran = existsSync(join(directory, 'mark'));
    const second = await runtime.invoke(arn, { hit: true, mark: join(directory, 'mark') });
    expect(second).toEqual({ outcome: 'returned', payload: 'done' });
    return { first, ran };
  }

  test('an error refuses the call', async () => {
    const { first, ran } = await withFault({
      type: 'error',
      code: 'TooManyRequestsException',
      message: 'Rate Exceeded.',
    });
    expect(first).toEqual({
      outcome: 'refused',
      error: 'Lambda.TooManyRequestsException',
      message: 'Rate Exceeded.',
    });
    expect(ran).toBe(false);
  });

  test('a crash ends the environment', async () => {
    const { first, ran } = await withFault({ type: 'crash' });
    expect(first).toMatchObject({ outcome: 'raised', error: 'Runtime.ExitError' });
    expect(ran).toBe(false);
  });

  test('a timeout does not wait', async () => {
    const { first, ran } = await withFault({ type: 'timeout' });
    expect(first).toMatchObject({ outcome: 'raised', error: 'Sandbox.Timedout' });
    expect(ran).toBe(false);
  });

  test('a delay only delays', async () => {
    const startedAt = Date.now();
    const { first } = await withFault({ type: 'delay', ms: 300 });
    expect(first).toEqual({ outcome: 'returned', payload: 'done' });
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(300);
  });
});

test.each([
  [{ runtime: 'python3.13' }, 'the twin runs nodejs24.x functions'],
  [{ environment: { AWS_REGION: 'eu-west-1' } }, 'Reserved keys used in this request: AWS_REGION'],
  [{ timeoutSeconds: 901 }, 'Timeout'],
  [{ memoryMB: 64 }, 'MemorySize'],
])('a deployment of %j is refused', (changes, words) => {
  start();
  expect(() => deploy('', changes)).toThrow(words);
});
