import {
  FATAL_ERRORS,
  isErrorName,
  linesOf,
  LoadError,
  splitMessage,
  TRANSIENT_ERRORS,
} from '../../core/errors';

test('no error is both transient and fatal, and no name is repeated', () => {
  const names: string[] = [...TRANSIENT_ERRORS, ...FATAL_ERRORS];
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(isErrorName(name)).toBe(true);
});

test.each(['Error', 'States.ALL', 'accessdenied', '', 'toString'])(
  '%j is not the name of an error',
  (name) => {
    expect(isErrorName(name)).toBe(false);
  },
);

test('a message contains the reason and the fix, and can be split again', () => {
  const error = new LoadError('NullKeys', ['first line', 'second line'], 'do this');
  expect(error).toBeInstanceOf(Error);
  expect(error.name).toBe('NullKeys');
  expect(error.message).toBe('first line\nsecond line\nFix: do this');
  expect(splitMessage(error.message)).toEqual({ reason: error.reason, fix: error.fix });
  expect(new LoadError('NullKeys', linesOf(error), error.fix).message).toBe(error.message);
});

test('what a reason or a fix quotes stays on its line', () => {
  const error = new LoadError('NullKeys', ['a\nFix: b', 'c\r\u001b[2J'], 'd\nFix: e');
  expect(error.message).toBe('a\\nFix: b\nc\\r\\u001b[2J\nFix: d\\nFix: e');
});

test('the reason may quote the whole message of another error', () => {
  const inner = new LoadError('Throttled', 'slow down', 'wait');
  const outer = new LoadError('StatementFailed', `the service said: ${inner.message}`, 'look there');
  expect(splitMessage(outer.message)).toEqual({ reason: outer.reason, fix: 'look there' });
});

test('a line of the reason may begin like the fix', () => {
  const error = new LoadError('StatementFailed', ['what happened', 'Fix: says the file'], 'look there');
  expect(splitMessage(error.message)).toEqual({ reason: error.reason, fix: 'look there' });
});

test('another message has no fix', () => {
  expect(splitMessage('Fix: me')).toEqual({ reason: 'Fix: me' });
  expect(splitMessage('')).toEqual({ reason: '' });
});

test('Lambda’s JSON keeps the name and the message', () => {
  const error = new LoadError('FileChanged', 'the file « a "b" » changed', 'nothing to do');
  const { errorType, errorMessage } = JSON.parse(
    JSON.stringify({ errorType: error.name, errorMessage: error.message }),
  ) as Record<string, string>;
  expect(errorType).toBe('FileChanged');
  expect(splitMessage(errorMessage ?? '')).toEqual({ reason: error.reason, fix: error.fix });
});
