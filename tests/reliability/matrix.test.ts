import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { everyFaultOnce, everyGroupOnce, inGoodOrder } from '../../reliability/matrix/cells';
import { FAULTS } from '../../reliability/matrix/faults';
import { LocalTwin } from '../../reliability/matrix/local-twin';
import { Matrix, recordTasks, triedAgain } from '../../reliability/matrix/matrix';
import { packageService } from '../../reliability/matrix/packaged-service';
import { runCell, verdict, type Result } from '../../reliability/matrix/run-cell';
import { tasksOf } from '../../reliability/matrix/tasks';

const ROOT = resolve(__dirname, '../..');
const SEED = 1;

let packaged: Awaited<ReturnType<typeof packageService>>;
let twin: LocalTwin;
let matrix: Matrix;
beforeAll(async () => {
  packaged = await packageService();
  twin = await LocalTwin.start(packaged.service);
  const recordings = await recordTasks(twin, packaged.definition);
  matrix = new Matrix(packaged.service, recordings, SEED).use(twin);
});
afterAll(async () => {
  await matrix.close();
  packaged.remove();
});

describe('the matrix', () => {
  /** A process is killed in the form of .ci/run, and in tests/slow/restart.test.ts. */
  test('a fault of each group but the process, at one task: the whole outcome is right', async () => {
    const cells = everyGroupOnce(matrix.cells, SEED);
    expect(cells.map(({ fault }) => fault.group)).toEqual([
      ...new Set(FAULTS.filter(({ group }) => group !== 'Process').map(({ group }) => group)),
    ]);
    const results: Result[] = [];
    for (const cell of cells) results.push(await matrix.run(cell));
    expect(results.filter((result) => !isRight(result)).map(explained)).toEqual([]);
  });

  test('the form in .ci/run has every fault, each at one task', () => {
    const cells = everyFaultOnce(matrix.cells, SEED);
    expect(cells.map(({ fault }) => fault)).toEqual(FAULTS);
    expect(everyFaultOnce(matrix.cells, SEED)).toEqual(cells);
  });

  test('the order of the cells includes every cell, and separates those that wait', () => {
    const cells = matrix.cells.filter(({ aim }) => aim !== undefined);
    const ordered = inGoodOrder(cells);
    expect(new Set(ordered)).toEqual(new Set(cells));
    expect(ordered).toHaveLength(cells.length);
    expect(ordered.some(({ fault }, index) => fault.waits && ordered[index + 1]?.fault.waits)).toBe(false);
  });

  test('has a row for each task of the compiled state machine, and each has a fault that can happen to it', () => {
    const defined = [...packaged.definition.matchAll(/"Type":\s*"Task"/g)];
    expect(matrix.tasks).toHaveLength(defined.length);
    for (const { name } of matrix.tasks) {
      expect(matrix.cells.some(({ recorded, aim }) => recorded.task.name === name && aim)).toBe(true);
    }
  });

  test('its page names exactly the tasks of the compiled state machine and the faults of the list', () => {
    const tasks = tasksOf(packaged.definition).map(({ name }) => name);
    const page = readFileSync(join(ROOT, 'docs/fault-matrix.md'), 'utf8');
    const sections = page.split(/^## /m).slice(1);
    const groups = [...new Set(FAULTS.map(({ group }) => group))];
    expect(sections.map((section) => section.split('\n')[0])).toEqual(groups);
    for (const [index, section] of sections.entries()) {
      const [head = [], , ...rows] = tableIn(section);
      const faults = FAULTS.filter(({ group }) => group === groups[index]);
      expect(head).toEqual(['state', ...faults.map(({ name }) => name)]);
      expect(rows.map(([state]) => state)).toEqual(tasks);
      const outcomes = rows.flatMap((row) => row.slice(1));
      expect(outcomes).toHaveLength(tasks.length * faults.length);
      expect(outcomes.filter((outcome) => ['WRONG', '·', ''].includes(outcome))).toEqual([]);
    }
    const applicable = matrix.cells.filter(({ aim }) => aim !== undefined).length;
    expect(page).toContain(`${applicable} cells, ${applicable} right, 0 wrong`);
  });
});

test('a step that is not retried, and one whose errors are not caught, are wrong cells', async () => {
  const broken = await packageService((copy) => {
    const path = join(copy, 'statemachines/load.asl.yml');
    const machine = readFileSync(path, 'utf8');
    const altered = machine
      .replace(/(ResultPath: \$\.merged\n) *Retry: .*\n/, '$1')
      .replace(/(Next: MayQuarantine\n)(?: *- \{ ErrorEquals: \[States.*\n){2}/, '$1');
    expect(altered.split('\n')).toHaveLength(machine.split('\n').length - 3);
    writeFileSync(path, altered);
  });
  const brokenTwin = await LocalTwin.start(broken.service);
  try {
    const run = async (name: string) => {
      // The tasks and their calls are the same.
      const cell = matrix.cells.find((each) => each.name === name);
      if (!cell) throw new Error(`There is no cell ${name}`);
      return (await runCell(cell, brokenTwin, matrix.tasks)).problems.join('\n');
    };
    expect(await run('SubmitMerge / Statements: 1023 once')).toMatch(
      /execution: expected "SUCCEEDED", found "FAILED"[^]*error: expected null, found "SerializationConflict"/,
    );
    expect(await run('SubmitCopy / Statements: aborted')).toMatch(/report: expected \[/);
  } finally {
    await brokenTwin.close();
    broken.remove();
  }
});

describe('a cell whose fault did not happen', () => {
  const problems = ['error: expected "Throttled", found nothing'];

  test('is not carried out, and not wrong', () => {
    const misses = { texts: ['the fault hit nothing'], all: true };
    expect(verdict(problems, misses)).toEqual({ problems: [], notCarriedOut: 'the fault hit nothing' });
  });

  test('is wrong if the fault happened in part and the outcome is wrong', () => {
    const misses = { texts: ['the rule hit 1 call, not 2'], all: false };
    expect(verdict(problems, misses)).toEqual({ problems: [...problems, 'the rule hit 1 call, not 2'] });
    expect(verdict([], misses)).toEqual({ problems: [], notCarriedOut: 'the rule hit 1 call, not 2' });
  });

  test('has a rule that hits no call', async () => {
    const cell = matrix.cells.find(({ name }) => name === 'SubmitCopy / S3: 403');
    if (!cell?.aim) throw new Error('there is no such cell');
    const rules = cell.aim.rules.map((rule) => ({ ...rule, state: 'NoSuchState' }));
    const result = await runCell({ ...cell, aim: { ...cell.aim, rules } }, twin, matrix.tasks);
    expect(result).toMatchObject({ problems: [], notCarriedOut: 'the fault hit nothing' });
  });

  test.each<[string, (string | undefined)[], string | undefined]>([
    ['is tried once more', ['late', undefined], undefined],
    ['reports the second failure', ['late', 'late again'], 'late again'],
  ])('%s', async (_, reasons, expected) => {
    const [cell] = matrix.cells;
    if (!cell) throw new Error('there is no cell');
    const run = () =>
      Promise.resolve({ cell, label: '', problems: [], notCarriedOut: reasons.shift() } satisfies Result);
    expect((await triedAgain(run)).notCarriedOut).toBe(expected);
    expect(reasons).toEqual([]);
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

const isRight = ({ problems, notCarriedOut }: Result) => problems.length === 0 && notCarriedOut === undefined;

const explained = ({ cell, problems, notCarriedOut }: Result) =>
  [cell.name, ...problems, notCarriedOut ?? ''].join('\n  ');

/** The rows of the first table of a text, including its header and the line below it. */
function tableIn(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}
