import { connectionFlags, shellWord } from '../../../cli/shared/hint';

test('a hint has the options that the command was given, and none that are defaults', () => {
  expect(connectionFlags({ stateDir: '.sluice' })).toBe('');
  expect(connectionFlags({ dataset: 'trips', stage: 'dev', region: 'eu-west-1', stateDir: '.sluice' })).toBe(
    ' --dataset trips --stage dev --region eu-west-1',
  );
  expect(connectionFlags({ stateDir: "/tmp/it's mine" })).toBe(` --state-dir '/tmp/it'\\''s mine'`);
});

test('a word is quoted if a shell would change it, and controls no terminal', () => {
  expect(shellWord('s3://lake/errors/year=2026/')).toBe('s3://lake/errors/year=2026/');
  expect(shellWord('a b$c')).toBe(`'a b$c'`);
  expect(shellWord('a\u001b[2J')).toBe(`'a\\u001b[2J'`);
  expect(shellWord('')).toBe(`''`);
});
