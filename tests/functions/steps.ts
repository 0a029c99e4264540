import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { callHandler, useHandlers } from '../../testkit/handlers';
import { TestTwin } from '../../testkit/test-twin';
import { untilPicked } from '../../testkit/until-picked';

export const HOUR = '2026-11-20T08';

/** The payload of the states of one partition or of a group. */
export type State = Record<string, unknown>;
/** A partition of a group, and what InspectFiles adds to it. */
export type Partition = State & { readonly inspection?: State };
export type Group = State & { readonly partitions: readonly Partition[] };
interface Listing {
  readonly partitions: readonly State[];
}
interface Prepared {
  readonly listing: State;
  readonly groups: readonly Group[];
  readonly ends: readonly State[];
}

/** A group of one whose inspection has other members. */
export function inspectedOtherwise({ partitions: [only], ...group }: Group, changes: object): Group {
  return { ...group, partitions: [{ ...only, inspection: { ...only?.inspection, ...changes } }] };
}

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

  /**
   * Calls a step whose statement then runs until somebody cancels it.
   * @param name the step's name, for example `CopyToStaging`. @param seconds until Lambda would end the invocation.
   * @returns when it runs: `ended` is what the step returns or throws.
   */
  async callUnending(step: string, name: string, load: State, seconds?: number) {
    const { faults } = this.twin.twin;
    const fault = { type: 'statement', status: 'STARTED' } as const;
    faults.set([{ service: 'redshift-data', operation: 'statement', fault }]);
    const ended = this.call(step, load, seconds);
    ended.catch(() => {});
    await untilPicked(this.twin.connection, `${this.execution} ${HOUR} ${name}`, 'STARTED');
    faults.clear();
    return { ended };
  }

  /** The name of the last execution. */
  get execution(): string {
    return `by-hand-${this.run}-${this.executions}`;
  }

  /** What ListPartitions returns. Each call is a new execution. */
  listing(input: object = { partition: HOUR }): Promise<Listing> {
    this.executions += 1;
    return this.call('list-partitions', this.event(input));
  }

  /** The first partition that ListPartitions returns, if any. */
  async listed(input?: object): Promise<State> {
    return (await this.listing(input)).partitions[0] ?? {};
  }

  /** The first group that PrepareWarehouse returns. */
  async inspected(input?: object): Promise<Group> {
    const [first] = await this.allInspected(input);
    if (first === undefined) throw new Error('nothing is due');
    return first;
  }

  async allInspected(input: object = { partition: HOUR }): Promise<readonly Group[]> {
    const listing = await this.listing(input);
    const partitions: State[] = [];
    for (const load of listing.partitions)
      partitions.push({ ...load, inspection: await this.call('inspect-files', load) });
    return (await this.prepared(input, { ...listing, partitions })).groups;
  }

  /** What PrepareWarehouse returns. */
  prepared(input: object, listing: object, seconds?: number): Promise<Prepared> {
    return this.call('prepare-warehouse', { ...this.event(input), listing }, seconds);
  }

  async copied(input?: object): Promise<Group> {
    const load = await this.inspected(input);
    await this.call('copy-to-staging', load);
    return load;
  }

  async validated(input?: object): Promise<Group> {
    const load = await this.copied(input);
    return { ...load, counts: await this.call('validate-staging', load) };
  }

  private event(input: object) {
    const { state_machine_arn: state_machine } = this.twin.twin.description;
    return { input, execution: this.execution, state_machine };
  }
}
