import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalTwin } from '../../../reliability/matrix/local-twin';
import { Matrix, recordTasks } from '../../../reliability/matrix/matrix';
import { packageService } from '../../../reliability/matrix/packaged-service';
import { runCell } from '../../../reliability/matrix/run-cell';

test('a step that is not retried, and one whose errors are not caught, are wrong cells of the matrix', async () => {
  const broken = await packageService((copy) => {
    const path = join(copy, 'statemachines/load.asl.yml');
    const machine = readFileSync(path, 'utf8');
    const altered = machine
      .replace(/(ResultPath: \$\.merged\n) *Retry: .*\n/, '$1')
      .replace(/(Next: MayQuarantine\n)(?: *- \{ ErrorEquals: \[States.*\n){2}/, '$1');
    expect(altered.split('\n')).toHaveLength(machine.split('\n').length - 3);
    writeFileSync(path, altered);
  });
  const twin = await LocalTwin.start(broken.service);
  try {
    // Without a fault, the broken machine makes the same calls as the genuine one.
    const { cells, tasks } = new Matrix(broken.service, await recordTasks(twin, broken.definition), 1);
    const run = async (name: string) => {
      const cell = cells.find((each) => each.name === name);
      if (!cell) throw new Error(`There is no cell ${name}`);
      return (await runCell(cell, twin, tasks)).problems.join('\n');
    };
    expect(await run('MergeIntoTarget / Statements: 1023 once')).toMatch(
      /execution: expected "SUCCEEDED", found "FAILED"[^]*error: expected null, found "SerializationConflict"/,
    );
    expect(await run('CopyToStaging / Statements: aborted')).toMatch(/report: expected \[/);
  } finally {
    await twin.close();
    broken.remove();
  }
});
