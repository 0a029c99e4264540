import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { verdict, type Misses, type Problems } from '../../reliability/matrix/run-cell';
import { ROOT } from '../../testkit/root';

describe('the verdict on a cell', () => {
  const underFault = ['error: expected "Throttled", found nothing'];
  const withoutFault = ['target after the next load: expected 3, found 2'];
  const part = { texts: ['the rule hit 1 call, not 2'], all: false };
  const all = { texts: ['the fault hit nothing'], all: true };

  test.each<[string, Problems, Misses, ReturnType<typeof verdict>]>([
    ['right', { underFault: [], withoutFault: [] }, { texts: [], all: false }, { problems: [] }],
    [
      'wrong, with every problem',
      { underFault, withoutFault },
      { texts: [], all: false },
      { problems: [...underFault, ...withoutFault] },
    ],
    [
      'wrong if the fault happened in part',
      { underFault, withoutFault: [] },
      part,
      { problems: [...underFault, ...part.texts] },
    ],
    [
      'not carried out if the fault happened in part and nothing is wrong',
      { underFault: [], withoutFault: [] },
      part,
      { problems: [], notCarriedOut: 'the rule hit 1 call, not 2' },
    ],
    [
      'not carried out if the fault did not happen, with the problems in the reason',
      { underFault, withoutFault: [] },
      all,
      { problems: [], notCarriedOut: `the fault hit nothing; ${underFault.join()}` },
    ],
    [
      'wrong if a load without faults is wrong, whatever happened of the fault',
      { underFault: [], withoutFault },
      all,
      { problems: [...withoutFault, ...all.texts] },
    ],
  ])('is %s', (_, problems, misses, expected) => {
    expect(verdict(problems, misses)).toEqual(expected);
  });
});

test.each([[['--only', '(']], [['--write', '--sample', '3']]])(
  'the command refuses %j with exit code 2, before anything runs',
  async (options) => {
    const run = promisify(execFile)(
      process.execPath,
      ['--require', 'tsx/cjs', 'reliability/matrix.ts', ...options],
      {
        cwd: ROOT,
      },
    );
    await expect(run).rejects.toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: /) as string });
  },
);
