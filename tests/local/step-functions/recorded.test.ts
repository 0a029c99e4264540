import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compressedClock } from '../../../local/clock';
import type { Json, JsonObject } from '../../../local/step-functions/json';
import { isJsonObject } from '../../../local/step-functions/json';
import { type Behaviours, run } from './support';

/**
 * Replays executions that were recorded on AWS, if the recordings are available, and compares the result and every event
 * with its details. Ids, ARNs and times in the recordings are placeholders, which match anything.
 */

interface Recording {
  readonly id: string;
  readonly query_language: 'JSONPath' | 'JSONata';
  readonly definition: JsonObject;
  readonly input: Json;
  readonly functions: Behaviours;
  /** [a name in the definition and the input, its placeholder in the history]. */
  readonly placeholders: readonly (readonly [string, string])[];
  readonly result: JsonObject;
  readonly history: readonly (JsonObject & {
    id: number | number[];
    type: string;
    previousEventId: number;
  })[];
}

const path = join(__dirname, '../../../../shared/data/step-functions-recorded.json');
const recordings = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Recording[]) : [];
const supported = recordings.filter(({ query_language: language }) => language === 'JSONPath');
const others = recordings.filter(({ query_language: language }) => language !== 'JSONPath');

/** A time at which the timestamps in the recordings' inputs are right. */
const recordedAt = new Date('2026-11-23T08:52:38Z');

/** Members whose values come from a real function or the network. */
const incidental: ReadonlySet<string> = new Set([
  'requestId',
  'stackTrace',
  'timestamp',
  'roleArn',
  'RoleArn',
  'SdkHttpMetadata',
  'SdkResponseMetadata',
]);

/** A placeholder for a time or an id. */
const wildcards: ReadonlySet<string> = new Set(['date', 'timestamp', 'map_run_arn', 'snf_role_arn']);

function jsonIn(text: unknown): Json | undefined {
  if (typeof text !== 'string' || !/^\s*[[{"\d\-tfn]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function textMatches(expected: string, actual: string): boolean {
  const pattern = expected
    .split(/<[^<>\s]+>/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^]*');
  return new RegExp(`^${pattern}$`).test(actual);
}

/** The differences between the recorded and the actual execution. */
function differences(expected: unknown, actual: unknown, at: string): string[] {
  const here = () => [`${at}: recorded ${JSON.stringify(expected)}, here ${JSON.stringify(actual)}`];
  if (typeof expected === 'string' && wildcards.has(expected.replaceAll('"', ''))) {
    return typeof actual === 'string' ? [] : here();
  }
  // The recordings show some JSON texts parsed, others as text.
  if (typeof expected === 'string' && typeof actual === 'string') {
    if (textMatches(expected, actual)) return [];
    const [left, right] = [jsonIn(expected), jsonIn(actual)];
    return left === undefined || right === undefined || typeof left === 'string'
      ? here()
      : differences(left, right, at);
  }
  if (typeof actual === 'string') {
    const parsed = jsonIn(actual);
    return parsed === undefined || typeof parsed === 'string' ? here() : differences(expected, parsed, at);
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return here();
    return expected.flatMap((item, position) => differences(item, actual[position], `${at}[${position}]`));
  }
  if (isJsonObject(expected)) {
    if (!isJsonObject(actual)) return here();
    const names = new Set([
      ...Object.keys(expected),
      ...Object.keys(actual).filter((name) => actual[name] !== undefined),
    ]);
    return [...names]
      .filter((name) => !incidental.has(name) && !(name === 'RedriveCount' && !Object.hasOwn(expected, name)))
      .flatMap((name) => differences(expected[name], actual[name], `${at}.${name}`));
  }
  return expected === actual ? [] : here();
}

function withPlaceholders<T>(value: T, placeholders: Recording['placeholders']): T {
  let text = JSON.stringify(value);
  for (const [name, placeholder] of placeholders) text = text.replaceAll(name, placeholder);
  return JSON.parse(text) as T;
}

/** Recordings differ in one place: the event that MapStateExited follows after a Map Run. */
const followsVary = (type: string, types: readonly string[]) =>
  type === 'MapStateExited' && types.includes('MapRunSucceeded');

(recordings.length > 0 ? describe : describe.skip)('executions recorded on AWS', () => {
  test.each(supported.map((recording) => [recording.id.replace(/^.*::/, ''), recording] as const))(
    '%s',
    async (_, recording) => {
      const { ending, history } = await run({
        definition: recording.definition,
        input: recording.input,
        functions: recording.functions,
        clock: compressedClock({ start: recordedAt, sleeping: 0.001 }),
      });
      const happened = withPlaceholders<unknown>(history, recording.placeholders) as JsonObject[];
      const result = happened.at(-1)!;
      const details = Object.entries(result).find(([name]) => name.endsWith('EventDetails'))?.[1];
      expect(`Execution${titled(ending.status)}`).toBe(recording.result.type);
      const { type, ...expectedResult } = recording.result;
      expect(result.type).toBe(type);
      expect(differences(expectedResult, details, 'result')).toEqual([]);

      const numbered = recording.history.filter(({ id }) => typeof id === 'number');
      const unordered = recording.history.filter(({ id }) => typeof id !== 'number');
      if (unordered.length > 0) {
        expect(kinds(happened.filter(isOfBranch)).sort()).toEqual(kinds(unordered).sort());
        expect(
          kinds(happened.filter((event) => !isOfBranch(event) && event.type !== 'ParallelStateSucceeded')),
        ).toEqual(kinds(numbered));
        return;
      }
      expect(kinds(happened)).toEqual(kinds(numbered));
      const types = numbered.map((event) => event.type);
      const found = numbered.flatMap((event, position) => {
        const own = happened[position]!;
        const { previousEventId, ...rest } = event;
        const { previousEventId: ownPreviousEventId, ...ownRest } = own;
        const follows = followsVary(event.type, types)
          ? []
          : differences(previousEventId, ownPreviousEventId, `#${position + 1} previousEventId`);
        return [...differences(rest, ownRest, `#${position + 1}`), ...follows];
      });
      expect(found).toEqual([]);
    },
  );

  test('replays all recordings with JSONPath and skips the others', () => {
    expect(supported.length).toBeGreaterThan(0);
    expect(supported.length + others.length).toBe(recordings.length);
    process.stdout.write(
      `replayed ${supported.length} recordings; skipped ${others.length}: QueryLanguage JSONata\n`,
    );
  });
});

const titled = (status: string) =>
  status
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join('');

function kinds(events: readonly JsonObject[]): string[] {
  return events.map((event) => {
    const details = (event.stateEnteredEventDetails ?? event.stateExitedEventDetails) as
      { name: string } | undefined;
    return `${event.type as string} ${details?.name ?? ''}`;
  });
}

/** Whether an event belongs to a state in a branch. Events of different branches have no fixed order. */
function isOfBranch(event: JsonObject): boolean {
  const details = (event.stateEnteredEventDetails ?? event.stateExitedEventDetails) as
    { name: string } | undefined;
  return details?.name.startsWith('Branch') ?? false;
}
