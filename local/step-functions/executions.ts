import { mkdirSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { executionArn, nameOfStateMachine } from '../../core/arn';
import type { Clock } from '../clock';
import type { Meter } from '../metering/meter';
import { ServiceError } from '../service-error';
import { createExecution } from './interpreter/create-execution';
import { Interrupted } from './interpreter/failures';
import type { RecordedEvent } from './interpreter/history';
import type { Backends } from './interpreter/resources';
import { runExecution } from './interpreter/run';
import { type EndedRecord, Journal, readJournal, type StartedRecord } from './journal';
import { type Json, Payload } from './json';
import { resourceOf } from './names';
import type { StateMachine } from './state-machines';

const twinStopped = 'The local twin stopped while this execution ran. Starting the same work again is safe.';

export interface ExecutionRecord {
  readonly started: StartedRecord;
  readonly ended?: EndedRecord;
}

export interface ExecutionsOptions {
  readonly directory: string;
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly backends: Backends;
  readonly meter?: Meter | undefined;
}

interface Entry {
  readonly started: StartedRecord;
  ended?: EndedRecord;
  /** Kept while the execution runs. Later they are read from its journal. */
  events?: RecordedEvent[];
  readonly stop: AbortController;
  /** Resolves when the end is on disk. */
  done: Promise<void>;
}

/** Running executions, and the journals of ended ones. */
export class Executions {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly options: ExecutionsOptions) {
    mkdirSync(options.directory, { recursive: true });
    for (const file of readdirSync(options.directory).filter((name) => name.endsWith('.jsonl'))) {
      this.recover(join(options.directory, file));
    }
  }

  /** Starts an execution without waiting for it. */
  start(machine: StateMachine, name: string, input: string): ExecutionRecord {
    const { region, accountId, clock, backends, meter } = this.options;
    const payload = new Payload(JSON.parse(input) as Json, input);
    const events: RecordedEvent[] = [];
    const journal = new Journal(this.path(machine.name, name), 'new');
    const execution = createExecution({
      name,
      input: payload.value,
      roleArn: machine.roleArn,
      stateMachineName: machine.name,
      region,
      accountId,
      clock,
      backends,
      keep(event) {
        events.push(event);
        journal.event(event);
      },
      onTransition: () => meter?.transition(),
    });
    const started: StartedRecord = {
      arn: execution.arn,
      name,
      stateMachineArn: machine.arn,
      input,
      startDate: execution.startTime.getTime(),
    };
    journal.start(started);
    meter?.executionStarted(machine.name);
    const entry: Entry = { started, events, stop: new AbortController(), done: Promise.resolve() };
    this.entries.set(execution.arn, entry);
    entry.done = (async () => {
      // StartExecution answers before the first state runs.
      await Promise.resolve();
      const ending = await runExecution(machine.parsed, payload, execution, entry.stop.signal);
      const ended: EndedRecord = { ...ending, stopDate: clock.now().getTime() };
      await journal.end(ended);
      entry.ended = ended;
      entry.events = undefined;
    })();
    return entry;
  }

  /** @returns undefined if the state machine has no execution of this name. */
  find(machine: StateMachine, name: string): ExecutionRecord | undefined {
    return this.entries.get(executionArn(machine.arn, name));
  }

  /** @throws ServiceError InvalidArn, ExecutionDoesNotExist */
  get(arn: string): ExecutionRecord {
    return this.entry(arn);
  }

  /** Newest first. */
  ofStateMachine(arn: string): ExecutionRecord[] {
    return [...this.entries.values()]
      .filter(({ started }) => started.stateMachineArn === arn)
      .sort((left, right) => right.started.startDate - left.started.startDate);
  }

  /** @throws ServiceError InvalidArn, ExecutionDoesNotExist */
  events(arn: string): readonly RecordedEvent[] {
    const entry = this.entry(arn);
    if (entry.events) return entry.events;
    const machine = nameOfStateMachine(entry.started.stateMachineArn);
    return readJournal(this.path(machine, entry.started.name))?.events ?? [];
  }

  /** Stops a running execution and waits for its end. */
  async stop(arn: string, error?: string, cause?: string): Promise<ExecutionRecord> {
    const entry = this.entry(arn);
    entry.stop.abort(new Interrupted({ kind: 'stopped', error, cause }));
    await entry.done;
    return entry;
  }

  /** Ends and forgets all executions of a deleted state machine. */
  async removeOf(stateMachineArn: string): Promise<void> {
    for (const { started } of this.ofStateMachine(stateMachineArn)) {
      await this.stop(started.arn, undefined, 'The state machine was deleted.');
      this.entries.delete(started.arn);
      unlinkSync(this.path(nameOfStateMachine(stateMachineArn), started.name));
    }
  }

  /** Waits for an execution's end. */
  async waitFor(arn: string): Promise<ExecutionRecord> {
    const entry = this.entry(arn);
    await entry.done;
    return entry;
  }

  /** Stops all running executions. */
  async close(): Promise<void> {
    const running = [...this.entries.values()].filter(({ ended }) => !ended);
    await Promise.all(running.map(({ started }) => this.stop(started.arn, undefined, twinStopped)));
  }

  private entry(arn: string): Entry {
    resourceOf(arn, 'execution');
    const entry = this.entries.get(arn);
    if (!entry) throw new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return entry;
  }

  /** Names contain no '~', so two names never share a file. */
  private path(machine: string, name: string): string {
    return join(this.options.directory, `${machine}~${name}.jsonl`);
  }

  private recover(path: string): void {
    const content = readJournal(path);
    if (!content) {
      // The process was killed before the start was written: StartExecution did not answer, and the name is free.
      unlinkSync(path);
      return;
    }
    const { started } = content;
    const ended = content.ended ?? this.endStopped(path, content.events.at(-1));
    this.entries.set(started.arn, { started, ended, stop: new AbortController(), done: Promise.resolve() });
  }

  /** Records the end of an execution that ran when the twin was killed. */
  private endStopped(path: string, last: RecordedEvent | undefined): EndedRecord {
    const now = this.options.clock.now().getTime();
    const journal = new Journal(path, 'append');
    journal.repair();
    journal.event({
      id: (last?.id ?? 0) + 1,
      previousEventId: last?.id ?? 0,
      timestamp: now,
      type: 'ExecutionAborted',
      executionAbortedEventDetails: { cause: twinStopped },
    });
    const ended: EndedRecord = { status: 'ABORTED', cause: twinStopped, stopDate: now };
    void journal.end(ended);
    return ended;
  }
}
