import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { StatementProgress } from '../../core/states';
import { callHandler, useHandlers } from '../../testkit/handlers';
import { TestTwin } from '../../testkit/test-twin';
import { untilPicked } from '../../testkit/until-picked';

export const HOUR = '2026-11-20T08';

/** The payload of the states of one partition. */
export type State = Record<string, unknown>;

/**
 * Calls the handlers of functions/ one by one, as the state machine does, in the environment that Lambda sets. Their
 * AWS is the twin.
 */
export class Steps {
  private executions = 0;
  /** Execution names are unique, because the twin keeps the statements of earlier test files. */
  private readonly run = randomUUID();

  private constructor(readonly twin: TestTwin) {}

  static async start(): Promise<Steps> {
    const twin = await TestTwin.shared();
    useHandlers(twin.twin.description, join(__dirname, '../..'));
    return new Steps(twin);
  }

  /**
   * @param step the name of the function's file without `.ts`.
   * @param seconds until Lambda would end the invocation. Default: it does not.
   */
  call<Result = State>(step: string, event: object, seconds?: number): Promise<Result> {
    return callHandler(step, event, seconds);
  }

  /** Calls a step that submits a statement. Each attempt enters the state at another time. */
  submit(step: string, load: State, attempt = 0): Promise<StatementProgress> {
    const entered = new Date(Date.UTC(2026, 10, 20, 9, attempt)).toISOString();
    return this.call<StatementProgress>(step, { load, entered });
  }

  /**
   * Submits a step's statement, which then runs until somebody cancels it.
   * @param name the step's name, for example `CopyToStaging`.
   * @returns when it runs: `submitted` is what the step returns or throws.
   */
  async submitUnending(step: string, name: string, load: State) {
    const { faults } = this.twin.twin;
    const fault = { type: 'statement', status: 'STARTED' } as const;
    faults.set([{ service: 'redshift-data', operation: 'statement', fault }]);
    const submitted = this.submit(step, load);
    submitted.catch(() => {});
    await untilPicked(this.twin.connection, `${this.execution} ${name}`, 'STARTED');
    faults.clear();
    return { submitted };
  }

  /** The name of the last execution. */
  get execution(): string {
    return `by-hand-${this.run}-${this.executions}`;
  }

  /** The first partition that ListPartitions returns, if any. Each call is a new execution. */
  async listed(input: object = { partition: HOUR }): Promise<State> {
    return (await this.allListed(input))[0] ?? {};
  }

  async allListed(input: object): Promise<readonly State[]> {
    this.executions += 1;
    const { partitions } = await this.call<{ partitions: State[] }>('list-partitions', {
      input,
      execution: this.execution,
      state_machine: this.twin.twin.description.state_machine_arn,
    });
    return partitions;
  }

  async inspected(input?: object): Promise<State> {
    const load = await this.listed(input);
    return { ...load, inspection: await this.call('inspect-files', load) };
  }

  async copied(input?: object): Promise<State> {
    const load = await this.inspected(input);
    await this.submit('copy-to-staging', load);
    return load;
  }

  async validated(input?: object): Promise<State> {
    const load = await this.copied(input);
    const statement = await this.submit('validate-staging', load);
    const counts = await this.call('validate-staging', { load, entered: '', statement });
    return { ...load, counts };
  }
}
