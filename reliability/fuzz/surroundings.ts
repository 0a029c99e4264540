import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isTransient } from '../../core/errors';
import type { SqlBatch } from '../../core/sql';
import type { Group, GroupEnd, MergeCounts, Prepared } from '../../core/states';
import { deleteObjects } from '../../testkit/empty-twin';
import { callHandler, useHandlers } from '../../testkit/handlers';
import { ROOT } from '../../testkit/root';
import { ServiceCopy } from '../../testkit/service-copy';
import { temporaryFolder } from '../../testkit/temporary-folder';
import { TestTwin } from '../../testkit/test-twin';
import { DATASET_FILES } from './datasets';

/** The state machine tries a step once, and six times more after a transient error. */
const MOST_TRIES = 7;

/** The values that the states of one partition pass on. */
type State = Record<string, unknown>;

/** The trace of one load in the load history, and the load's own result. */
export interface Loaded {
  readonly files: number;
  /** Undefined if there was nothing to load. */
  readonly merged?: MergeCounts | undefined;
}

/**
 * The place where cases run: a twin with the datasets trips, every_type and plain deployed, and the handlers of
 * functions/, called one by one as the state machine calls them.
 */
export class Surroundings {
  private executions = 0;
  private packages = 0;
  /** The number of calls that reached the twin. */
  calls = 0;
  /** Uncaught errors: unhandled rejections, and internal errors of the twin. */
  private readonly troubles: string[] = [];
  private readonly folder = temporaryFolder('sluice-fuzz-');
  private readonly noteRejection = (reason: unknown) =>
    this.troubles.push(`unhandled rejection: ${String((reason as Error | undefined)?.stack ?? reason)}`);

  private constructor(
    private readonly service: ServiceCopy,
    private started: TestTwin | undefined,
  ) {
    process.on('unhandledRejection', this.noteRejection);
  }

  static async start(): Promise<Surroundings> {
    const service = await ServiceCopy.make(DATASET_FILES);
    const surroundings = new Surroundings(service, undefined);
    surroundings.started = await TestTwin.start({
      serviceDirectory: service.directory,
      announce: false,
      onProgress: (text) => {
        if (text.includes('The twin failed unexpectedly')) surroundings.troubles.push(text);
      },
    });
    surroundings.twin.twin.faults.observe(() => void (surroundings.calls += 1));
    useHandlers(surroundings.twin.twin.description, service.directory);
    return surroundings;
  }

  get twin(): TestTwin {
    if (!this.started) throw new Error('the twin is not started');
    return this.started;
  }

  async remove(): Promise<void> {
    process.off('unhandledRejection', this.noteRejection);
    await this.started?.remove();
    this.service.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Returns the uncaught errors since the last call. */
  takeTroubles(): readonly string[] {
    return this.troubles.splice(0);
  }

  /** The path of a file for one case. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** Runs with a package of one dataset, as the handlers find it after a deployment. */
  async withDataset<Result>(text: string, run: () => Promise<Result>): Promise<Result> {
    this.packages += 1;
    const directory = this.path(`package-${this.packages}`);
    mkdirSync(join(directory, 'datasets'), { recursive: true });
    symlinkSync(join(ROOT, 'sql'), join(directory, 'sql'), 'junction');
    writeFileSync(join(directory, 'datasets', 'dataset.yml'), text);
    process.env.LAMBDA_TASK_ROOT = directory;
    try {
      return await run();
    } finally {
      process.env.LAMBDA_TASK_ROOT = this.service.directory;
      rmSync(directory, { recursive: true });
    }
  }

  /** @param step the function's file name without its extension. */
  call<Result>(step: string, event: unknown): Promise<Result> {
    return callHandler(step, event);
  }

  /** Lists partitions, as an execution with this input does. */
  async list(input: unknown): Promise<{ partitions: State[] }> {
    this.executions += 1;
    return this.tried('list-partitions', this.event(input));
  }

  /**
   * Loads one partition through all steps. After a failure the diagnosis cleans up and records it, as in the state
   * machine.
   * @throws the error of the step that failed.
   */
  async load(dataset: string, partition: string): Promise<Loaded> {
    const input = { dataset, partition };
    const listing = await this.list(input);
    const [listed = {}] = listing.partitions;
    const inspected = async (state: State): Promise<State> => ({
      ...state,
      inspection: await this.call('inspect-files', state),
    });
    const before = await inspected(listed).catch(() => ({ ...listed, files_refused: true }));
    let [load] = await this.prepare(input, { ...listing, partitions: [before] });
    if (load === undefined) throw new Error('nothing is due');
    try {
      if (load.outcome === 'not-inspected') load = await this.call<Group>('inspect-files', load);
      const files = load.partitions[0]?.inspection?.files ?? 0;
      if (load.outcome === 'empty') {
        await this.call('record-empty', load);
        return { files };
      }
      await this.call('copy-to-staging', load);
      const counts = await this.call('validate-staging', load);
      const { ends } = await this.call<GroupEnd>('merge-into-target', { ...load, counts });
      return { files, merged: ends[0]?.merged };
    } catch (thrown) {
      await this.call('diagnose-failure', { load: { ...load, error: caughtOf(thrown) }, attempt: 0 });
      throw thrown;
    }
  }

  /** Prepares the warehouse, as an execution does. @returns the groups that are to be loaded. */
  async prepare(input: object, listing: object): Promise<readonly Group[]> {
    const event = { ...this.event(input), listing };
    return (await this.tried<Prepared>('prepare-warehouse', event)).groups;
  }

  /** Calls a step as an execution does: it is called again after a transient error. */
  private async tried<Result>(step: string, event: object): Promise<Result> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.call(step, event);
      } catch (error) {
        if (!isTransient((error as Error).name) || tries === MOST_TRIES) throw error;
      }
    }
  }

  private event(input: unknown) {
    const { state_machine_arn: state_machine } = this.twin.twin.description;
    return { input, execution: `fuzz-${this.executions}`, state_machine };
  }

  /** The rows of a query. */
  async rows(sql: string): Promise<readonly (readonly unknown[])[]> {
    return (await this.twin.sql(sql)).rows;
  }

  /** Runs a batch as the handlers do. @throws LoadError with the name that the handlers give it */
  async runBatch(batch: SqlBatch, name: string): Promise<void> {
    const { runBatch } = await import('../../functions/shared/warehouse');
    const { readConfiguration } = await import('../../functions/shared/configuration');
    await runBatch(readConfiguration(), batch, name);
  }

  /** @param tables as SQL text. */
  async dropTables(...tables: readonly (string | undefined)[]): Promise<void> {
    for (const table of tables) await this.rows(`DROP TABLE IF EXISTS ${table}`);
  }

  /** Deletes every object under a prefix. */
  empty(prefix: string): Promise<void> {
    return deleteObjects(this.twin.connection, prefix);
  }
}

/** A failure in the form in which a state's Catch gets it from Lambda. */
function caughtOf(thrown: unknown): { Error: string; Cause: string } {
  const { name, message } = thrown as Error;
  return { Error: name, Cause: JSON.stringify({ errorType: name, errorMessage: message }) };
}
