import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../../local/step-functions/json';
import { type Behaviours, run, summary } from './support';

/** Each folder of fixtures is a case: a definition, its input and the expected result. */
interface Expected {
  readonly status: string;
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
  /** All events in order: type and name of the state. */
  readonly events?: readonly string[];
  /** The id of the event that each event follows. */
  readonly follows?: readonly number[];
}

const folder = join(__dirname, 'fixtures');

function read<T>(name: string, file: string): T {
  return JSON.parse(readFileSync(join(folder, name, `${file}.json`), 'utf8')) as T;
}

test.each(readdirSync(folder))('%s', async (name) => {
  const expected = read<Expected>(name, 'expected');
  const { ending, history } = await run({
    definition: read(name, 'definition'),
    input: read<Json>(name, 'input'),
    functions: existsSync(join(folder, name, 'functions.json')) ? read<Behaviours>(name, 'functions') : {},
  });
  expect({
    ...ending,
    ...('output' in ending ? { output: JSON.parse(ending.output) as Json } : {}),
  }).toMatchObject(outcomeOf(expected));
  if (expected.events) expect(summary(history)).toEqual(expected.events);
  if (expected.follows) expect(history.map((event) => event.previousEventId)).toEqual(expected.follows);
  expect(history.map(({ id }) => id)).toEqual(history.map((_, position) => position + 1));
});

function outcomeOf({ status, output, error, cause }: Expected): object {
  return {
    status,
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  };
}
