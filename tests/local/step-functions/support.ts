import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, compressedClock } from '../../../local/clock';
import type { Invocation, LambdaRuntime } from '../../../local/lambda/lambda-runtime';
import { parseDefinition } from '../../../local/step-functions/definition/parse';
import type { Integrations } from '../../../local/step-functions/integrations';
import { createExecution } from '../../../local/step-functions/interpreter/create-execution';
import type { RecordedEvent } from '../../../local/step-functions/interpreter/history';
import { type Ending, runExecution } from '../../../local/step-functions/interpreter/run';
import { type Json, Payload } from '../../../local/step-functions/json';

export const region = 'us-east-1';
export const accountId = '111111111111';

/**
 * A fake function's behaviour: it returns a value or its event, or fails. A list is used in order; its last entry
 * repeats.
 */
export type Behaviour =
  | { returns: Json }
  | { returns: 'its event' }
  | { raises: { errorType: string; errorMessage: string } }
  | { refuses: { error: string; message: string } }
  /** Real milliseconds before it returns its event. */
  | { takes: number };

export type Behaviours = Readonly<Record<string, Behaviour | readonly Behaviour[]>>;

/** Fake functions by name. `calls` has the events that they received. */
export function scriptedLambda(
  behaviours: Behaviours,
): LambdaRuntime & { calls: { name: string; event: unknown }[] } {
  const calls: { name: string; event: unknown }[] = [];
  return {
    calls,
    async invoke(functionArn, event, signal): Promise<Invocation> {
      const name = functionArn.split(':')[6] ?? '';
      const script = behaviours[name];
      if (script === undefined) {
        return {
          outcome: 'refused',
          error: 'ResourceNotFoundException',
          message: `Function not found: ${functionArn}`,
        };
      }
      const earlier = calls.filter((call) => call.name === name).length;
      calls.push({ name, event });
      const list = Array.isArray(script) ? (script as readonly Behaviour[]) : [script as Behaviour];
      return behave(list[Math.min(earlier, list.length - 1)]!, event, signal);
    },
  };
}

async function behave(behaviour: Behaviour, event: unknown, signal?: AbortSignal): Promise<Invocation> {
  if ('raises' in behaviour) {
    return { outcome: 'raised', error: behaviour.raises.errorType, payload: behaviour.raises };
  }
  if ('refuses' in behaviour) return { outcome: 'refused', ...behaviour.refuses };
  if ('takes' in behaviour) {
    await delay(behaviour.takes, undefined, { signal });
    return { outcome: 'returned', payload: event };
  }
  return { outcome: 'returned', payload: behaviour.returns === 'its event' ? event : behaviour.returns };
}

export const noIntegrations: Integrations = {
  call: () => Promise.reject(new Error('no integration is expected to be called')),
};

export interface Run {
  readonly definition: unknown;
  readonly input?: Json;
  readonly functions?: Behaviours;
  readonly lambda?: LambdaRuntime;
  readonly integrations?: Integrations;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly stop?: AbortSignal;
}

/** Runs a definition in the interpreter alone. Sleeps take a thousandth of their time by default. */
export async function run(options: Run): Promise<{ ending: Ending; history: RecordedEvent[] }> {
  const parsed = parseDefinition(JSON.stringify(options.definition));
  if (parsed.diagnostics) throw new Error(`refused: ${JSON.stringify(parsed.diagnostics)}`);
  const input = options.input ?? {};
  const history: RecordedEvent[] = [];
  const execution = createExecution({
    name: 'run-1',
    input,
    roleArn: `arn:aws:iam::${accountId}:role/states`,
    stateMachineName: 'machine',
    region,
    accountId,
    clock: options.clock ?? compressedClock({ sleeping: 0.001 }),
    random: options.random,
    backends: {
      lambda: options.lambda ?? scriptedLambda(options.functions ?? {}),
      integrations: options.integrations ?? noIntegrations,
    },
    keep: (event) => history.push(event),
  });
  const stop = options.stop ?? new AbortController().signal;
  const ending = await runExecution(parsed.definition, new Payload(input), execution, stop);
  return { ending, history };
}

/** The output of a run that must succeed. */
export async function outputOf(options: Run): Promise<Json> {
  const { ending } = await run(options);
  if (ending.status !== 'SUCCEEDED') throw new Error(`${ending.status}: ${ending.error}: ${ending.cause}`);
  return JSON.parse(ending.output) as Json;
}

/** Each event in short: its type, and the state's name if it has one. */
export function summary(history: readonly RecordedEvent[]): string[] {
  return history.map((event) => {
    const name = event.stateEnteredEventDetails?.name ?? event.stateExitedEventDetails?.name;
    return name === undefined ? event.type : `${event.type} ${name}`;
  });
}
