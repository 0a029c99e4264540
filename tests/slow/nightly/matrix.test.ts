import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { everyFaultOnce, inGoodOrder } from '../../../reliability/matrix/cells';
import { FAULTS } from '../../../reliability/matrix/faults';
import { LocalTwin } from '../../../reliability/matrix/local-twin';
import { Matrix, recordTasks } from '../../../reliability/matrix/matrix';
import { packageService } from '../../../reliability/matrix/packaged-service';
import { operationsOf } from '../../../reliability/matrix/recording';
import { runCell } from '../../../reliability/matrix/run-cell';
import { rowName, tasksOf } from '../../../reliability/matrix/tasks';
import { ROOT } from '../../../testkit/root';

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

/** The names of the rows, as the state machine orders them. */
const rows = () =>
  tasksOf(packaged.definition).flatMap((task) => [
    rowName({ task, isAgain: false, isGroup: false }),
    ...(task.isLong
      ? [rowName({ task, isAgain: true, isGroup: false }), rowName({ task, isAgain: false, isGroup: true })]
      : []),
  ]);

describe('the matrix', () => {
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
    for (const row of rows()) {
      expect(matrix.cells.some(({ recorded, aim }) => rowName(recorded) === row && aim)).toBe(true);
    }
  });

  test('has a second row for each step that is called again, in which the step asks and submits nothing', () => {
    const again = matrix.cells.filter(({ recorded }) => recorded.isAgain);
    const retried = [...packaged.definition.matchAll(/"StatementRunning"/g)];
    expect(new Set(again.map(({ recorded }) => rowName(recorded))).size).toBe(retried.length);
    for (const { recorded } of again) {
      const operations = operationsOf(recorded, 'redshift-data');
      expect(operations).toEqual(expect.arrayContaining(['ListStatements', 'DescribeStatement']));
      expect(operations).not.toContain('BatchExecuteStatement');
    }
  });

  test('its page names exactly the tasks of the compiled state machine and the faults of the list', () => {
    const page = readFileSync(join(ROOT, 'docs/fault-matrix.md'), 'utf8');
    const sections = page.split(/^## /m).slice(1);
    const groups = [...new Set(FAULTS.map(({ group }) => group))];
    expect(sections.map((section) => section.split('\n')[0])).toEqual(groups);
    for (const [index, section] of sections.entries()) {
      const [head = [], , ...states] = tableIn(section);
      const faults = FAULTS.filter(({ group }) => group === groups[index]);
      expect(head).toEqual(['state', ...faults.map(({ name }) => name)]);
      expect(states.map(([state]) => state)).toEqual(rows());
      const outcomes = states.flatMap((row) => row.slice(1));
      expect(outcomes).toHaveLength(rows().length * faults.length);
      expect(outcomes.filter((outcome) => ['WRONG', '·', ''].includes(outcome))).toEqual([]);
    }
    const applicable = matrix.cells.filter(({ aim }) => aim !== undefined).length;
    expect(page).toContain(`${applicable} cells, ${applicable} right, 0 wrong`);
  });
});

describe('a fault that does not happen', () => {
  const cellOf = (name: string) => {
    const cell = matrix.cells.find((each) => each.name === name);
    if (!cell?.aim) throw new Error(`There is no cell ${name}`);
    return { cell, aim: cell.aim };
  };

  test('has a rule that hits no call', async () => {
    const { cell, aim } = cellOf('CopyToStaging / S3: 403');
    const rules = aim.rules.map((rule) => ({ ...rule, state: 'NoSuchState' }));
    const result = await runCell({ ...cell, aim: { ...aim, rules } }, twin, matrix.tasks);
    expect(result.problems).toEqual([]);
    expect(result.notCarriedOut).toMatch(/^the fault hit nothing; execution: expected "FAILED"/);
  });

  test('changes no file, and the next load is judged by the files that are there', async () => {
    const { cell, aim } = cellOf('InspectFiles / S3: object overwritten');
    const change = { how: 'overwritten', at: 'NoSuchOperation' as 'GetObject' } as const;
    const result = await runCell({ ...cell, aim: { ...aim, change } }, twin, matrix.tasks);
    expect(result.problems).toEqual([]);
    expect(result.notCarriedOut).toMatch(/^the file was not changed: nothing read it; /);
  });
});

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
