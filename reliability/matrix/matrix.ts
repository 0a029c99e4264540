import { cellsOf, type Cell } from './cells';
import { KillableTwin } from './killable-twin';
import { LocalTwin } from './local-twin';
import type { PackagedService } from './packaged-service';
import { record, type Recorded } from './recording';
import { runCell, type Result } from './run-cell';
import { runKilledCell } from './run-killed-cell';
import { tasksOf, type Task } from './tasks';

/** Reads the tasks from the compiled definition, and runs it without faults to record the calls of each task. */
export async function recordTasks(twin: LocalTwin, definition: string): Promise<readonly Recorded[]> {
  return record(twin, tasksOf(definition));
}

/** The cells of a packaged service, and the twins that run them: one twin for each cell that runs at the same time. */
export class Matrix {
  readonly tasks: readonly Task[];
  readonly cells: readonly Cell[];
  private readonly idle: LocalTwin[] = [];
  private readonly idleToKill: KillableTwin[] = [];

  /** @param recordings from {@link recordTasks} @param seed decides what is random in a cell */
  constructor(
    private readonly service: PackagedService,
    recordings: readonly Recorded[],
    seed: number,
  ) {
    this.tasks = recordings.filter(({ isAgain, isGroup }) => !isAgain && !isGroup).map(({ task }) => task);
    this.cells = cellsOf(recordings, seed);
  }

  /** Adds a running twin for the cells to use. */
  use(twin: LocalTwin): this {
    this.idle.push(twin);
    return this;
  }

  async run(cell: Cell): Promise<Result> {
    if (cell.aim?.kill) return this.runKilled(cell);
    const twin = this.idle.pop() ?? (await LocalTwin.start(this.service));
    let isClean = false;
    try {
      const result = await runCell(cell, twin, this.tasks);
      isClean = result.problems.length === 0 && result.notCarriedOut === undefined;
      twin.wear(cell.aim?.rules ?? []);
      return result;
    } finally {
      // Any other cell may leave something behind, such as a running execution. The next cell must not see it.
      if (isClean) this.idle.push(twin);
      else await twin.close();
    }
  }

  async close(): Promise<void> {
    for (const twin of [...this.idle, ...this.idleToKill]) await twin.close();
  }

  private async runKilled(cell: Cell): Promise<Result> {
    const twin = this.idleToKill.pop() ?? new KillableTwin(this.service);
    try {
      return await runKilledCell(cell, twin, this.tasks);
    } finally {
      this.idleToKill.push(twin);
    }
  }
}
