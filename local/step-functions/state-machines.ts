import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../files';
import { ServiceError } from '../service-error';
import { type Diagnostic, diagnosticsText } from './definition/diagnostics';
import type { Definition } from './definition/language';
import { lintDefinition } from './definition/lint';
import { parseDefinition } from './definition/parse';
import { checkName, resourceOf } from './names';

export interface StateMachineSettings {
  readonly name: string;
  /** The Amazon States Language text. */
  readonly definition: string;
  readonly roleArn: string;
  readonly type?: string;
}

interface StoredStateMachine {
  readonly arn: string;
  readonly name: string;
  readonly definition: string;
  readonly roleArn: string;
  readonly revisionId: string;
  /** Epoch milliseconds. */
  readonly creationDate: number;
}

export interface StateMachine extends StoredStateMachine {
  readonly parsed: Definition;
}

/** The state machines. Each has a file of its own. */
export class StateMachines {
  private readonly byArn = new Map<string, StateMachine>();

  constructor(
    private readonly directory: string,
    private readonly arnPrefix: string,
    private readonly now: () => Date,
  ) {
    mkdirSync(directory, { recursive: true });
    for (const file of readdirSync(directory).filter((name) => name.endsWith('.json'))) {
      const stored = JSON.parse(readFileSync(join(directory, file), 'utf8')) as StoredStateMachine;
      this.byArn.set(stored.arn, { ...stored, parsed: definitionOf(stored.definition) });
    }
  }

  /** Creates a state machine, or returns an identical existing one. @throws ServiceError InvalidDefinition, StateMachineAlreadyExists … */
  create(settings: StateMachineSettings): StateMachine {
    checkSettings(settings);
    const existing = this.byArn.get(this.arnOf(settings.name));
    if (!existing) return this.store(settings);
    if (existing.definition === settings.definition && existing.roleArn === settings.roleArn) return existing;
    throw new ServiceError('StateMachineAlreadyExists', `State Machine Already Exists: '${existing.arn}'`);
  }

  /** Creates or replaces a state machine, as a deployment does. @throws ServiceError InvalidDefinition … */
  put(settings: StateMachineSettings): StateMachine {
    checkSettings(settings);
    const existing = this.byArn.get(this.arnOf(settings.name));
    const same = existing?.definition === settings.definition && existing.roleArn === settings.roleArn;
    return same ? existing : this.store(settings, existing?.creationDate);
  }

  /** @throws ServiceError InvalidArn, StateMachineDoesNotExist */
  get(arn: string): StateMachine {
    resourceOf(arn, 'stateMachine');
    const machine = this.byArn.get(arn);
    if (!machine)
      throw new ServiceError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return machine;
  }

  /** Removes a state machine, also one that is not there. @throws ServiceError InvalidArn */
  remove(arn: string): void {
    const name = resourceOf(arn, 'stateMachine');
    if (!this.byArn.delete(arn)) return;
    unlinkSync(join(this.directory, `${name}.json`));
  }

  /** Sorted by name. */
  all(): StateMachine[] {
    return [...this.byArn.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  private arnOf(name: string): string {
    return `${this.arnPrefix}:stateMachine:${name}`;
  }

  private store(
    { name, definition, roleArn }: StateMachineSettings,
    creationDate = this.now().getTime(),
  ): StateMachine {
    const parsed = definitionOf(definition, lintDefinition);
    const stored: StoredStateMachine = {
      arn: this.arnOf(name),
      name,
      definition,
      roleArn,
      revisionId: randomUUID(),
      creationDate,
    };
    writeWhole(join(this.directory, `${name}.json`), JSON.stringify(stored));
    const machine = { ...stored, parsed };
    this.byArn.set(machine.arn, machine);
    return machine;
  }
}

function checkSettings({ name, type = 'STANDARD' }: StateMachineSettings): void {
  checkName(name);
  if (type !== 'STANDARD') {
    throw new ServiceError(
      'StateMachineTypeNotSupported',
      `State Machine Type is not supported by the local twin: '${type}'`,
    );
  }
}

/** @throws ServiceError InvalidDefinition */
function definitionOf(text: string, lint?: (definition: Definition) => readonly Diagnostic[]): Definition {
  const { definition, diagnostics } = parseDefinition(text);
  const found = diagnostics ?? lint?.(definition) ?? [];
  if (definition === undefined || found.length > 0) {
    throw new ServiceError('InvalidDefinition', diagnosticsText(found));
  }
  return definition;
}
