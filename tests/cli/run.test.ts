import { report } from '../../cli/run';
import { UsageError } from '../../cli/shared/output';
import { LoadError } from '../../core/errors';
import { CapturedOutput } from '../../testkit/captured-output';

const HOSTILE = 'key a\u001b[2J\u202e\nFix: rm -rf';

function reported(error: unknown): string {
  const captured = new CapturedOutput(false);
  report(error, captured.output);
  return captured.stderr;
}

test('an error of a service controls no terminal', () => {
  const text = reported(Object.assign(new Error(HOSTILE), { name: 'NoSuchKey' }));
  expect(text).toContain('sluice: NoSuchKey: key a\\u001b[2J\\u202e\nFix: rm -rf');
  // Sluice's own advice is indented.
  expect(text).not.toMatch(/^ {2}Fix: /m);
});

test('an error of a load shows its fix, and what it quotes stays on its line', () => {
  expect(reported(new LoadError('NullKeys', HOSTILE, 'do this'))).toContain(
    'sluice: NullKeys: key a\\u001b[2J\\u202e\\nFix: rm -rf\n  Fix: do this',
  );
});

test('wrong usage is escaped too', () => {
  expect(reported(new UsageError(HOSTILE))).toContain('sluice: key a\\u001b[2J\\u202e\n');
});
