import type { WaitState } from '../../definition/language';
import type { Json } from '../../json';
import { lookUp, type Source } from '../../jsonpath/path';
import { parseTimestamp } from '../../jsonpath/timestamp';
import { limits } from '../../limits';
import { sourceOf } from '../context-object';
import { assignments, selectInput, selectOutput } from '../data-flow';
import type { Outcome, Visit } from '../execution';
import { EvaluationFailure } from '../failures';

/** Waits. https://states-language.net/#wait-state */
export async function runWait(state: WaitState, visit: Visit): Promise<Outcome> {
  const { clock } = visit.execution;
  const input = selectInput(state, visit);
  const milliseconds = delay(state, input, visit);
  if (milliseconds > limits.waitSeconds * 1000) throw new EvaluationFailure('Wait state delay is too long.');
  if (milliseconds > 0) await clock.sleep(milliseconds, visit.thread.signal);
  return {
    output: selectOutput(state, input, visit),
    next: state.Next,
    assigned: assignments(state, input, visit),
  };
}

function delay(state: WaitState, input: Json, visit: Visit): number {
  if (state.Seconds !== undefined) return state.Seconds * 1000;
  const source = sourceOf(visit, input);
  if (state.SecondsPath !== undefined) {
    return secondsAt(state.SecondsPath, valueAt(state.SecondsPath, 'SecondsPath', source)) * 1000;
  }
  const until =
    state.TimestampPath === undefined
      ? parseTimestamp(state.Timestamp!)
      : timestampAt(state.TimestampPath, valueAt(state.TimestampPath, 'TimestampPath', source));
  return Number(until! / 1_000_000n) - visit.execution.clock.now().getTime();
}

function valueAt(path: string, field: string, source: Source): Json {
  const lookup = lookUp(path, source);
  if (!lookup.found) {
    throw new EvaluationFailure(`The ${field} parameter does not reference an input value: ${path}`);
  }
  return lookup.value;
}

function secondsAt(path: string, value: Json): number {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (!/^-?\d+$/.test(text)) {
    throw new EvaluationFailure(
      `The SecondsPath parameter cannot be parsed as a long value: ${path} == ${text}`,
    );
  }
  const seconds = Number(text);
  if (seconds < 0) {
    throw new EvaluationFailure(`The SecondsPath parameter references a negative value: ${path} == ${text}`);
  }
  return seconds;
}

function timestampAt(path: string, value: Json): bigint {
  const timestamp = typeof value === 'string' ? parseTimestamp(value) : undefined;
  if (timestamp === undefined) {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    throw new EvaluationFailure(
      'The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: ' +
        `${path} == ${text}`,
    );
  }
  return timestamp;
}
