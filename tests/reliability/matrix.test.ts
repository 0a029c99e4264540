import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { everyFaultOnce } from '../../reliability/matrix/cells';
import { FAULTS } from '../../reliability/matrix/faults';
import { Matrix } from '../../reliability/matrix/matrix';
import { packageService } from '../../reliability/matrix/packaged-service';
import { tasksOf } from '../../reliability/matrix/tasks';

jest.setTimeout(180_000);

const ROOT = resolve(__dirname, '../..');
const SEED = 1;
/** As many as two cores keep busy: much of a cell is waiting. */
const TWINS = 3;

describe('the matrix', () => {
  let packaged: Awaited<ReturnType<typeof packageService>>;
  let matrix: Matrix;
  beforeAll(async () => {
    packaged = await packageService();
    matrix = await Matrix.of(packaged.service, packaged.definition, SEED);
  });
  afterAll(async () => {
    await matrix.close();
    packaged.remove();
  });

  test('every fault, each at one task: the whole outcome is right', async () => {
    const cells = everyFaultOnce(matrix.cells, SEED);
    expect(cells.map(({ fault }) => fault)).toEqual(FAULTS.filter(({ waits }) => !waits));
    const results = await matrix.run(cells, { twins: TWINS });
    expect(results.filter(({ problems }) => problems.length > 0).map(wrong)).toEqual([]);
    expect(results).toHaveLength(cells.length);
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
  const packaged = await packageService((copy) => {
    const path = join(copy, 'statemachines/load.asl.yml');
    const machine = readFileSync(path, 'utf8');
    const altered = machine
      .replace(/(ResultPath: \$\.merged\n) *Retry: .*\n/, '$1')
      .replace(/(Next: MayQuarantine\n)(?: *- \{ ErrorEquals: \[States.*\n){2}/, '$1');
    expect(altered.split('\n')).toHaveLength(machine.split('\n').length - 3);
    writeFileSync(path, altered);
  });
  const matrix = await Matrix.of(packaged.service, packaged.definition, SEED);
  try {
    const cells = matrix.cells.filter(({ name }) =>
      ['SubmitMerge / Statements: 1023 once', 'SubmitCopy / Statements: aborted'].includes(name),
    );
    const results = await matrix.run(cells, { twins: 1, keepGoing: true });
    const problems = new Map(results.map((result) => [result.cell.name, result.problems.join('\n')]));
    expect(problems.get('SubmitMerge / Statements: 1023 once')).toMatch(
      /execution: expected "SUCCEEDED", found "FAILED"[^]*error: expected null, found "SerializationConflict"/,
    );
    expect(problems.get('SubmitCopy / Statements: aborted')).toMatch(/report: expected \[/);
  } finally {
    await matrix.close();
    packaged.remove();
  }
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

function wrong({ cell, problems }: { cell: { name: string }; problems: readonly string[] }): string {
  return [cell.name, ...problems].join('\n  ');
}

/** The rows of the first table of a text, its head and the line below it among them. */
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
