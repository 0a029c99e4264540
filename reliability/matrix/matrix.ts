import { cellsOf, type Cell } from './cells';
import { KillableTwin } from './killable-twin';
import { LocalTwin } from './local-twin';
import type { PackagedService } from './packaged-service';
import { record } from './recording';
import { runCell, type Result } from './run-cell';
import { runKilledCell } from './run-killed-cell';
import { tasksOf, type Task } from './tasks';

/** The cells of a packaged service, and the twins that run them. */
export class Matrix {
  private constructor(
    private readonly service: PackagedService,
    readonly tasks: readonly Task[],
    readonly cells: readonly Cell[],
    /** Those that wait for a cell. */
    private readonly idle: LocalTwin[],
  ) {}

  /** Reads the tasks from the compiled definition, and runs it without faults to see what each of them does. */
  static async of(service: PackagedService, definition: string, seed: number): Promise<Matrix> {
    const tasks = tasksOf(definition);
    const twin = await LocalTwin.start(service);
    try {
      const recordings = await record(twin, tasks);
      return new Matrix(service, tasks, cellsOf(recordings, seed), [twin]);
    } catch (error) {
      await twin.close();
      throw error;
    }
  }

  /**
   * Runs cells on so many twins at the same time, each one cell at a time.
   * @param keepGoing whether cells are begun after a wrong outcome, too
   */
  async run(
    cells: readonly Cell[],
    { twins, keepGoing = false }: { readonly twins: number; readonly keepGoing?: boolean },
    onResult: (result: Result) => void = () => {},
  ): Promise<readonly Result[]> {
    const waiting = cells.filter(({ aim }) => aim !== undefined);
    const results: Result[] = [];
    const lanes = Array.from({ length: Math.max(1, Math.min(twins, waiting.length)) }, (_, lane) =>
      this.runLane(lane, waiting, (result) => {
        results.push(result);
        if (result.problems.length > 0 && !keepGoing) waiting.length = 0;
        onResult(result);
      }),
    );
    await Promise.all(lanes);
    return results;
  }

  async close(): Promise<void> {
    for (const twin of this.idle) await twin.close();
  }

  private async runLane(lane: number, waiting: Cell[], done: (result: Result) => void): Promise<void> {
    let killable: KillableTwin | undefined;
    try {
      for (let cell = take(waiting, lane); cell; cell = take(waiting, lane)) {
        if (cell.aim?.kill) {
          killable ??= new KillableTwin(this.service);
          done(await runKilledCell(cell, killable, this.tasks));
          continue;
        }
        const twin = this.idle.pop() ?? (await LocalTwin.start(this.service));
        const result = await runCell(cell, twin, this.tasks);
        // A client that has met failures for long makes no more retries for a while (its retry quota is used up), and so
        // would need more attempts of the function in the cells that follow.
        if (cell.aim?.lasting) twin.renewFunctions();
        // What a wrong cell left behind, an execution that has not ended among it, is no matter of the next one.
        if (result.problems.length > 0) await twin.close();
        else this.idle.push(twin);
        done(result);
      }
    } finally {
      await killable?.close();
    }
  }
}

/** The next cell of a lane. The first one prefers cells that only wait, the others take those last, kills before them. */
function take(waiting: Cell[], lane: number): Cell | undefined {
  const rank = ({ fault, aim }: Cell) => (fault.waits ? 2 : aim?.kill ? 1 : 0);
  const wanted = lane === 0 ? Math.max : Math.min;
  const best = wanted(...waiting.map(rank));
  const index = waiting.findIndex((cell) => rank(cell) === best);
  return index < 0 ? undefined : waiting.splice(index, 1)[0];
}
