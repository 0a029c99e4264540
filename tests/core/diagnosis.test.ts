import { diagnose, diagnoseClientError, diagnoseStatement } from '../../core/diagnosis';
import { CLIENT_RULES, STATEMENT_RULES } from '../../core/diagnosis-rules';
import { isTransient, LoadError, TRANSIENT_ERRORS, type ErrorName } from '../../core/errors';
import { REDSHIFT_TEXTS, ROLE } from './redshift-texts';

describe('an error of Redshift', () => {
  const texts = REDSHIFT_TEXTS;

  test.each([...texts])('%s: %s', (name, text) => {
    const error = diagnoseStatement('FAILED', text, 'statement 1');
    expect(error.name).toBe(name);
    expect(error.reason).toBe(`${text} (statement 1)`);
    expect(error.fix).not.toMatch(/\$\d|undefined/);
  });

  test.each([...texts])('%s in capitals or small letters is the same: %s', (name, text) => {
    expect(diagnoseStatement('FAILED', text.toLowerCase(), '').name).toBe(name);
    expect(diagnoseStatement('FAILED', text.toUpperCase(), '').name).toBe(name);
  });

  test('a role that cannot be assumed is named in the command that fixes it', () => {
    for (const [name, text] of texts.filter(([, each]) => each.includes(ROLE))) {
      expect(name).toBe('RoleNotAssumable');
      expect(diagnoseStatement('FAILED', text, '').fix).toContain(`--iam-roles ${ROLE} --namespace-name`);
    }
    const unnamed = diagnoseStatement(
      'FAILED',
      'Role needs to be owned by the same account with cluster',
      '',
    );
    expect(unnamed.fix).toContain('--iam-roles <role> --namespace-name');
    // If the deployment is known, the command can be run as it is.
    const { fix } = diagnoseStatement(
      'FAILED',
      'Role needs to be owned by the same account with cluster',
      '',
      { copyRole: ROLE, workgroup: 'analytics' },
    );
    expect(fix).toContain(
      `aws redshift-serverless update-namespace --iam-roles ${ROLE} --namespace-name "$(aws redshift-serverless get-workgroup --workgroup-name analytics `,
    );
    expect(unnamed.fix).toContain('redshift-serverless.amazonaws.com');
  });

  test.each([
    ['permission denied for database dwh', 'GRANT CREATE ON DATABASE dwh TO '],
    ['permission denied to create temporary tables in database "dwh"', 'GRANT TEMP ON DATABASE dwh TO '],
    ['permission denied for schema sluice', 'GRANT USAGE, CREATE ON SCHEMA sluice TO '],
    ['permission denied for relation trips', 'GRANT SELECT, INSERT, UPDATE, DELETE ON trips TO '],
    ['must be owner of relation trips', 'ALTER TABLE trips OWNER TO '],
    [
      'User IAMR:x does not have ASSUMEROLE permission on IAM role "arn:aws:iam::1:role/copy" for COPY',
      "GRANT ASSUMEROLE ON 'arn:aws:iam::1:role/copy' TO the user of the loads FOR COPY",
    ],
  ])('%s: the fix has its GRANT', (text, grant) => {
    const { fix } = diagnoseStatement('FAILED', `ERROR: ${text}`, '');
    expect(fix).toContain(grant);
    expect(fix).toContain('sluice doctor');
  });

  test('a role whose name looks like a replacement pattern stays as it is', () => {
    const fix = diagnoseStatement(
      'FAILED',
      'Not authorized to get credentials of role arn:role/$&$1',
      '',
    ).fix;
    expect(fix).toContain('--iam-roles arn:role/$&$1 --namespace-name');
  });

  test('the misleading error about the manifest says what else it can mean', () => {
    const { fix } = diagnoseStatement(
      'FAILED',
      'COPY with MANIFEST parameter requires full path of an S3 object',
      '',
    );
    expect(fix).toContain('s3:GetObject');
    expect(fix).toContain('kms:Decrypt');
  });

  test('an unknown text is passed on completely, on one line, without a guess', () => {
    const error = diagnoseStatement('FAILED', 'ERROR: Disk Full $& \n detail', 'statement 1');
    expect(error).toMatchObject({
      name: 'StatementFailed',
      reason: 'ERROR: Disk Full $& detail (statement 1)',
    });
  });

  test('an error without a text', () => {
    expect(diagnoseStatement('FAILED', '', 'statement 1').reason).toBe(
      'The statement failed and the warehouse gave no reason. (statement 1)',
    );
  });

  test('an aborted statement: the text may say who aborted it', () => {
    expect(diagnoseStatement('ABORTED', '', 'statement 1')).toMatchObject({
      name: 'StatementAborted',
      reason: 'The statement was cancelled (statement 1).',
    });
    expect(diagnoseStatement('ABORTED', 'Query cancelled by WLM', 'statement 1')).toMatchObject({
      name: 'StatementAborted',
      reason: 'Query cancelled by WLM (statement 1)',
    });
    expect(diagnoseStatement('ABORTED', 'terminating connection', '').name).toBe('ConnectionLost');
  });

  test.each<[ErrorName, (name: string) => string]>([
    ['TargetMismatch', (name) => `ERROR: relation "${name}" does not exist`],
    ['TargetMismatch', (name) => `ERROR: column "${name}" of relation "trips" does not exist`],
    ['TargetMismatch', (name) => `ERROR: column trips.${name} does not exist`],
    ['SerializationConflict', (name) => `ERROR: Relation "${name}" already exists`],
    ['NullKeys', (name) => `ERROR: Cannot insert a NULL value into column ${name}`],
    ['WarehouseAccessDenied', (name) => `ERROR: permission denied for relation ${name}`],
    ['WarehouseAccessDenied', (name) => `ERROR: must be owner of relation ${name}`],
    ['ValueInvalid', (name) => `ERROR: invalid input syntax for type numeric: "${name}"`],
    ['ValueInvalid', (name) => `ERROR: value "${name}" is out of range for type smallint`],
    ['ValueInvalid', (name) => `ERROR: Invalid digit, Value '${name}', Pos 0, Type: Integer`],
    [
      'ColumnMismatch',
      (name) =>
        `ERROR: Spectrum Scan Error context: File 'https://s3.us-east-1.amazonaws.com/lake/${name}' column '${name}' has an invalid type length. Expecting: 8 len in file: 13`,
    ],
    [
      'ManifestInvalid',
      (name) => `ERROR: Manifest file is not in correct json format context: s3://lake/${name}`,
    ],
    ['RoleNotAssumable', (name) => `Not authorized to get credentials of role arn:role/${name}`],
    ['SerializationConflict', (name) => `1023 DETAIL: Serializable isolation violation on table - ${name}`],
  ])('%s stays so whatever a name in it holds', (expected, textOf) => {
    for (const [, text] of texts) {
      // No name closes its quotation and goes on as Redshift does.
      const name = text.replaceAll(/["']/g, '');
      expect([diagnoseStatement('FAILED', textOf(name), '').name, name]).toEqual([expected, name]);
    }
  });

  test('a text that Redshift cut within the file’s name is unknown, whatever the name holds', () => {
    for (const [, text] of texts) {
      const cut = `ERROR: Spectrum Scan Error context:   File 'https://s3.us-east-1.amazonaws.com/lake/${text.replaceAll("'", '')}`;
      expect(diagnoseStatement('FAILED', cut, '')).toMatchObject({
        name: 'StatementFailed',
        fix: expect.stringContaining('SYS_LOAD_ERROR_DETAIL') as string,
      });
    }
  });

  test('a very long text is searched quickly', () => {
    const text = `column ${'x"'.repeat(50_000)}`;
    const before = process.cpuUsage();
    expect(diagnoseStatement('FAILED', text, '').name).toBe('StatementFailed');
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000);
  });
});

describe('what a state’s Catch passes on', () => {
  test('an error of a function has its own name, reason and fix', () => {
    const error = new LoadError('NullKeys', 'Partition x: "a" is null.', 'Fix the producer.');
    const caught = {
      Error: 'NullKeys',
      Cause: JSON.stringify({ errorType: 'NullKeys', errorMessage: error.message, trace: ['at x'] }),
    };
    expect(diagnose(caught)).toEqual({ error: 'NullKeys', cause: error.reason, fix: error.fix });
  });

  test('the text of a Fail state', () => {
    expect(
      diagnose({ Error: 'StatementFailed', Cause: 'The statement has an unknown status.' }),
    ).toMatchObject({
      error: 'StatementFailed',
      cause: 'The statement has an unknown status.',
    });
  });

  test.each([
    [
      'Sandbox.Timedout',
      '{"errorType":"Sandbox.Timedout","errorMessage":"Task timed out after 60.00 seconds"}',
      'timeout',
    ],
    [
      'Runtime.ExitError',
      '{"errorType":"Runtime.ExitError","errorMessage":"exited with signal: killed"}',
      'memorySize',
    ],
    ['Lambda.TooManyRequestsException', 'Rate Exceeded.', 'concurrency'],
    ['States.Timeout', '', 'time limit'],
    ['States.Runtime', 'The JSONPath could not be found in the input.', 'same source'],
    ['States.Permissions', 'The role is not authorized.', 'permission'],
    ['Lambda.ServiceException', 'Service unavailable.', 'Health Dashboard'],
    ['Lambda.SdkClientException', 'Unable to execute HTTP request.', 'Health Dashboard'],
    ['Lambda.AWSLambdaException', 'null', 'Health Dashboard'],
    ['Lambda.ClientExecutionTimeoutException', '', 'Health Dashboard'],
    ['Lambda.Unknown', 'The cause could not be determined.', 'memorySize'],
    ['Lambda.ResourceNotFoundException', 'Function not found: arn:aws:lambda:x', 'Deploy'],
    ['Lambda.AccessDeniedException', 'not authorized', 'lambda:InvokeFunction'],
    [
      'Runtime.ImportModuleError',
      '{"errorType":"Runtime.ImportModuleError","errorMessage":"Error: Cannot find module"}',
      'Package and deploy',
    ],
    ['Function.ResponseSizeTooLarge', 'Response payload size exceeded', '6 MB'],
    [
      'States.DataLimitExceeded',
      'The state returned a result with a size exceeding the limit.',
      'max_partitions',
    ],
  ])('%s: an error of the platform', (error, cause, fix) => {
    const diagnosis = diagnose({ Error: error, Cause: cause });
    expect(diagnosis.error).toBe(error);
    expect(diagnosis.cause).not.toMatch(/^\{/);
    expect(diagnosis.fix).toContain(fix);
  });

  test('a programming error keeps its name, and the fix says that it is unknown', () => {
    const cause = JSON.stringify({ errorType: 'TypeError', errorMessage: 'x is undefined', trace: [] });
    expect(diagnose({ Error: 'TypeError', Cause: cause })).toMatchObject({
      error: 'TypeError',
      cause: 'x is undefined',
      fix: expect.stringContaining('does not know this error') as string,
    });
  });

  test.each([
    ['nothing', {}, 'Unknown', 'The step failed and gave no reason.'],
    ['JSON that was cut off', { Error: 'E', Cause: '{"errorMessage":"lo' }, 'E', 'lo'],
    [
      'JSON that was cut off within an escape',
      { Error: 'E', Cause: '{"errorType":"E","errorMessage":"lo \\"x\\" \\u00' },
      'E',
      'lo "x" ',
    ],
    [
      'JSON with only a type and a stack trace',
      { Error: 'E', Cause: '{"errorType":"TypeError","errorMessage":"","trace":["at x (y.js:1)"]}' },
      'E',
      'TypeError',
    ],
    [
      'a stack trace alone',
      { Error: 'E', Cause: '{"trace":["at x"]}' },
      'E',
      'The step failed and gave no reason.',
    ],
    [
      'a nested message',
      { Error: 'E', Cause: '{"inner":{"errorMessage":"no"},"errorMessage":"yes \\\\u00"}' },
      'E',
      'yes \\u00',
    ],
    [
      'a known error with a message that another machine wrote',
      { Error: 'ColumnMismatch', Cause: 'a\u001b[2J\nFix: c\u202e' },
      'ColumnMismatch',
      'a\\u001b[2J',
    ],
    [
      'a message with a line break that forges a fix',
      { Error: 'E', Cause: JSON.stringify({ errorMessage: 'a\nHow to fix it: b\u001b[2J' }) },
      'E',
      'a\\nHow to fix it: b\\u001b[2J',
    ],
    ['JSON without a message', { Error: 'E', Cause: '{"a":1}' }, 'E', '{"a":1}'],
    ['JSON null', { Error: 'E', Cause: 'null' }, 'E', 'null'],
    ['a fix in an error with an unknown name', { Error: 'E', Cause: 'a\nFix: b' }, 'E', 'a'],
  ])('%s', (_, caught, error, cause) => {
    const diagnosis = diagnose(caught);
    expect(diagnosis).toMatchObject({ error, cause });
    expect(diagnosis.fix).not.toBe('');
  });
});

describe('what an AWS client throws', () => {
  const thrown = (name: string, status?: number, more: object = {}) =>
    Object.assign(new Error('message'), { name, $metadata: { httpStatusCode: status }, ...more });

  test.each<[ErrorName, Error]>([
    ['Throttled', thrown('ThrottlingException', 400)],
    ['Throttled', thrown('ActiveStatementsExceededException', 400)],
    ['Throttled', thrown('ActiveWaitingRequestsExceededException', 400)],
    ['Throttled', thrown('ActiveSessionsExceededException', 400)],
    ['Throttled', thrown('SlowDown', 503)],
    ['Throttled', thrown('TooManyRequestsException', 429)],
    ['BucketNotFound', thrown('NoSuchBucket', 404)],
    ['FileChanged', thrown('PreconditionFailed', 412)],
    ['FileChanged', thrown('UnknownError', 412)],
    ['FileChanged', thrown('NoSuchKey', 404)],
    ['FileChanged', thrown('NotFound', 404)],
    ['AccessDenied', thrown('AccessDenied', 403)],
    ['AccessDenied', thrown('AccessDeniedException', 400)],
    ['AccessDenied', thrown('403', 403)],
    ['AccessDenied', thrown('ExpiredTokenException', 400)],
    ['AccessDenied', thrown('UnrecognizedClientException', 400)],
    ['RegionMismatch', thrown('PermanentRedirect', 301)],
    ['ServiceUnavailable', thrown('InternalServerException', 500)],
    ['ServiceUnavailable', thrown('BatchExecuteStatementException', 500)],
    ['ServiceUnavailable', thrown('DatabaseConnectionException', 500)],
    ['ServiceUnavailable', thrown('InternalError', 503)],
    ['ConnectionLost', thrown('TimeoutError')],
    ['ConnectionLost', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
    ['ConnectionLost', Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })],
    [
      'ConnectionLost',
      thrown('RequestTimeout', 400, { message: 'Your socket connection was not read from.' }),
    ],
    ['ConfigurationError', thrown('ValidationException', 400)],
    ['ConfigurationError', thrown('ResourceNotFoundException', 400)],
    ['ConfigurationError', thrown('CredentialsProviderError')],
    ['AccessDenied', thrown('InvalidObjectState', 403)],
    ['AccessDenied', thrown('KMS.DisabledException', 400)],
    ['ConnectionLost', Object.assign(new Error('getaddrinfo ENOTFOUND x'), { code: 'ENOTFOUND' })],
    ['UnknownError', thrown('SomethingNobodyKnows', 400)],
    ['UnknownError', new Error('boom')],
  ])('%s: %s', (name, error) => {
    const diagnosis = diagnoseClientError(error, 'GetObject s3://lake/a');
    expect(diagnosis.name).toBe(name);
    expect(diagnosis.reason).toMatch(/^GetObject s3:\/\/lake\/a: /);
    // "Nothing to do" is wrong for an error that is not retried.
    if (diagnosis.fix.includes('Nothing to do')) expect(TRANSIENT_ERRORS).toContain(name);
  });

  test('a LoadError is passed on unchanged', () => {
    const error = new LoadError('NullKeys', 'a', 'b');
    expect(diagnoseClientError(error, 'GetObject')).toBe(error);
  });

  test.each([
    ['a text', 'boom'],
    ['undefined', undefined],
    ['null', null],
  ])('%s, thrown', (_, value) => {
    expect(diagnoseClientError(value, 'GetObject').reason).toContain(String(value));
  });
});

describe('the tables of errors', () => {
  test('an error is transient if its fix is to wait for the retry, and only then', () => {
    for (const { error, fix } of [...STATEMENT_RULES, ...CLIENT_RULES])
      expect([error, /the step is retried/i.test(fix)]).toEqual([error, isTransient(error)]);
  });
});
