import { faultError } from '../../../local/faults/fault-error';
import type { FaultRule } from '../../../local/faults/fault-rule';
import { RuleFaults } from '../../../local/faults/rule-faults';

const throttle = { type: 'error', code: 'ThrottlingException' } as const;

const faults = (...rules: FaultRule[]) => {
  const injector = new RuleFaults();
  injector.set(rules);
  return injector;
};

describe('RuleFaults', () => {
  test('hits the first matching call by default', () => {
    const injector = faults({ service: 's3', fault: throttle });
    expect(injector.take('s3', 'GetObject', 'lake/a')).toEqual(throttle);
    expect(injector.take('s3', 'GetObject', 'lake/a')).toBeUndefined();
  });

  test('hits `times` calls from the nth on', () => {
    const injector = faults({ service: 's3', operation: 'PutObject', nth: 2, times: 2, fault: throttle });
    const hits = [1, 2, 3, 4].map(() => injector.take('s3', 'PutObject', 'lake/a') !== undefined);
    expect(hits).toEqual([false, true, true, false]);
  });

  test('counts only calls with its service, operation and subject', () => {
    const injector = faults({
      service: 'redshift-data',
      operation: 'ExecuteStatement',
      match: '^COPY',
      fault: throttle,
    });
    expect(injector.take('firehose', 'ExecuteStatement', 'COPY t')).toBeUndefined();
    expect(injector.take('redshift-data', 'DescribeStatement', 'COPY t')).toBeUndefined();
    expect(injector.take('redshift-data', 'ExecuteStatement', 'SELECT 1')).toBeUndefined();
    expect(injector.rules()[0]).toMatchObject({ seen: 0, hit: 0 });
    expect(injector.take('redshift-data', 'ExecuteStatement', 'COPY t')).toEqual(throttle);
    expect(injector.rules()[0]).toMatchObject({ seen: 1, hit: 1 });
  });

  test('counts a call against every rule, and the first rule that is due wins', () => {
    const delay = { type: 'delay', ms: 5 } as const;
    const injector = faults({ service: 'sns', fault: throttle }, { service: 'sns', nth: 2, fault: delay });
    expect(injector.take('sns', 'Publish', '')).toEqual(throttle);
    expect(injector.take('sns', 'Publish', '')).toEqual(delay);
  });

  test('a rule without an operation does not hit the running of statements', () => {
    const injector = faults({ service: 'redshift-data', fault: throttle });
    expect(injector.take('redshift-data', 'statement', 'COPY t')).toBeUndefined();
    expect(injector.take('redshift-data', 'DescribeStatement', 'id')).toEqual(throttle);
  });

  test('a statement fault hits the running of a statement', () => {
    const aborted = { type: 'statement', status: 'ABORTED' } as const;
    const injector = faults({
      service: 'redshift-data',
      operation: 'statement',
      match: 'COPY',
      fault: aborted,
    });
    expect(injector.take('redshift-data', 'statement', 'COPY t')).toEqual(aborted);
  });

  describe('aimed at a state', () => {
    const merging = { state: 'MergeIntoTarget', input: '{"load":{"partition":"2026-11-20T08"}}' };
    const rule = { service: 'redshift-data', state: 'MergeIntoTarget', times: 9, fault: throttle } as const;

    test('hits only the calls of that state', () => {
      const injector = faults(rule);
      expect(
        injector.take('redshift-data', 'ListStatements', '', { ...merging, state: 'CopyToStaging' }),
      ).toBeUndefined();
      expect(injector.take('redshift-data', 'ListStatements', '')).toBeUndefined();
      expect(injector.rules()[0]).toMatchObject({ seen: 0 });
      expect(injector.take('redshift-data', 'ListStatements', '', merging)).toEqual(throttle);
    });

    test('hits the state only with a matching input, if the rule names one', () => {
      const injector = faults({ ...rule, input: '"partition":"2026-11-20T08"' });
      const other = { ...merging, input: '{"load":{"partition":"2026-11-20T07"}}' };
      expect(injector.take('redshift-data', 'ListStatements', '', other)).toBeUndefined();
      expect(injector.take('redshift-data', 'ListStatements', '', merging)).toEqual(throttle);
    });
  });

  test('every call waits for the observer', async () => {
    const injector = faults({ service: 'sns', fault: throttle });
    const seen: string[] = [];
    injector.observe(async ({ service, operation, caller }) => {
      await Promise.resolve();
      seen.push(`${caller?.state} ${service} ${operation}`);
      injector.clear();
    });
    const call = injector.take('sns', 'Publish', '', { state: 'NotifyFailure', input: '{}' });
    await expect(call).resolves.toBeUndefined();
    expect(seen).toEqual(['NotifyFailure sns Publish']);
    injector.observe(undefined);
    expect(injector.take('sns', 'Publish', '')).toBeUndefined();
    expect(seen).toHaveLength(1);
  });

  test('clear removes all rules', () => {
    const injector = faults({ service: 'lambda', fault: { type: 'crash' } });
    injector.clear();
    expect(injector.take('lambda', 'f', '{}')).toBeUndefined();
    expect(injector.rules()).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    ['no list', {}, 'rules: '],
    ['an unknown service', [{ service: 'ec2', fault: throttle }], 'rules.0.service'],
    ['an unknown member', [{ service: 's3', fault: throttle, once: true }], '"once"'],
    ['an unknown member of a fault', [{ service: 's3', fault: { ...throttle, retry: 1 } }], '"retry"'],
    ['an unknown fault', [{ service: 's3', fault: { type: 'explode' } }], 'rules.0.fault.type'],
    ['a broken expression', [{ service: 's3', match: '(', fault: throttle }], 'Invalid regular expression'],
    ['a broken expression on the input', [{ service: 's3', input: '(', fault: throttle }], 'rules.0.input'],
    ['nth below 1', [{ service: 's3', nth: 0, fault: throttle }], 'rules.0.nth'],
    [
      'a timeout outside lambda',
      [{ service: 's3', fault: { type: 'timeout' } }],
      '"timeout" cannot happen at s3',
    ],
    [
      'a drop at lambda',
      [{ service: 'lambda', fault: { type: 'drop', when: 'after' } }],
      'cannot happen at lambda',
    ],
    [
      'a statement fault without its operation',
      [{ service: 'redshift-data', fault: { type: 'statement', status: 'FAILED' } }],
      'operation statement',
    ],
    [
      'a rewritten request of S3',
      [{ service: 's3', fault: { type: 'rewrite', find: 'a', put: 'b' } }],
      '"rewrite" cannot happen at s3',
    ],
    [
      'a broken expression to rewrite',
      [{ service: 'step-functions', fault: { type: 'rewrite', find: '(', put: '' } }],
      'rules.0.fault.find',
    ],
    [
      'an HTTP fault at a statement',
      [{ service: 'redshift-data', operation: 'statement', fault: { type: 'drop', when: 'after' } }],
      'only statement, delay',
    ],
  ])('refuses %s and keeps the previous rules', (_, rules, words) => {
    const injector = faults({ service: 's3', fault: throttle });
    let message = '';
    try {
      injector.set(rules);
    } catch (error) {
      expect((error as Error).name).toBe('ValidationException');
      message = (error as Error).message;
    }
    expect(message).toContain(words);
    expect(injector.rules()).toHaveLength(1);
  });
});

describe('faultError', () => {
  test('has the status that AWS sends with the code', () => {
    expect(faultError({ type: 'error', code: 'SlowDown' }).status).toBe(503);
    expect(faultError({ type: 'error', code: 'ThrottlingException' }).status).toBe(400);
  });

  test('uses the rule’s status and message if it sets them', () => {
    const error = faultError({ type: 'error', code: 'SlowDown', message: 'Please reduce', status: 500 });
    expect(error).toMatchObject({ code: 'SlowDown', message: 'Please reduce', status: 500 });
  });
});
