import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { closingLine, exitCodeOf } from '../../reliability/shared/command';
import { ROOT } from '../../testkit/root';

test.each([
  [0, 0, 0],
  [1, 0, 1],
  [1, 2, 1],
  [0, 2, 3],
])('%d wrong and %d not carried out end with exit code %d', (wrong, notCarriedOut, code) => {
  expect(exitCodeOf({ wrong, notCarriedOut })).toBe(code);
});

test('the closing line has every count, the seed and the time', () => {
  const counts = [
    [3, 'run'],
    [1, 'not carried out'],
  ] as const;
  expect(closingLine('tool', counts, 1.6, 7)).toBe('tool: 3 run, 1 not carried out, seed 7, 2 s');
});

test('docs/reliability.md and the scripts of .ci name commands and options that exist', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const texts = ['docs/reliability.md', '.ci/longer', '.ci/nightly'].map((path) =>
    readFileSync(join(ROOT, path), 'utf8'),
  );
  const commands = texts.flatMap((text) => [...text.matchAll(/npm run ([a-z:]+)(?: -- ([^`\n|]*))?/g)]);
  for (const [, name = ''] of commands) expect(Object.keys(scripts)).toContain(name);
  const tools = commands.filter(([, name = '']) => scripts[name]?.startsWith('tsx reliability/'));
  expect(new Set(tools.map(([, name]) => name))).toEqual(
    new Set(['matrix', 'histories', 'mutations', 'fuzz']),
  );
  const shared = readFileSync(join(ROOT, 'reliability/shared/command.ts'), 'utf8');
  for (const [, name = '', options = ''] of tools) {
    expect(scripts[name]).toBe(`tsx reliability/${name}.ts`);
    const source = readFileSync(join(ROOT, `reliability/${name}.ts`), 'utf8') + shared;
    for (const [option] of options.matchAll(/--[a-z]+/g)) expect(source).toContain(`'${option}`);
  }
});
