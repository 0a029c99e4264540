import { PutObjectCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { runInspect } from '../../../cli/inspect';
import { isDataFile } from '../../../core/files';
import { prefixOfHour } from '../../../core/prefix';
import { CapturedOutput } from '../../../testkit/captured-output';
import { writeParquet } from '../parquet-file';
import type { Surroundings } from '../surroundings';
import { ACCEPTED, same, type Target, type Verdict } from '../target';
import { anyText, HOSTILE_WORDS, hostileText } from '../words';

/** The keys of one partition's files, without the hour's prefix. */
interface ObjectKeyCase {
  readonly names: readonly string[];
}

const HOUR = '2026-11-20T08';
const PREFIX = prefixOfHour('trips/year={yyyy}/month={MM}/day={dd}/hour={HH}/', HOUR);
/** The bytes that remain of a key's 1,024. */
const NAME_BYTES = 1_024 - Buffer.byteLength(PREFIX);

/** As long as a key may be, in characters of one to four bytes. */
const longName = fc
  .tuple(fc.constantFrom('a', 'é', '日', '💩', '%', ' ', '/a'), fc.integer({ min: -1, max: 1 }))
  .map(([character, more]) => {
    const times = Math.floor(NAME_BYTES / Buffer.byteLength(character));
    return character
      .repeat(times)
      .padEnd(times * character.length + (NAME_BYTES % Buffer.byteLength(character)) + more, 'x');
  });

const name = fc.oneof(
  { weight: 4, arbitrary: hostileText(200) },
  { weight: 3, arbitrary: anyText({ minLength: 1, maxLength: 30 }) },
  {
    weight: 3,
    arbitrary: fc
      .array(
        fc.oneof(fc.constantFrom(...HOSTILE_WORDS, '', '.', '_x'), anyText({ minLength: 1, maxLength: 3 })),
        {
          minLength: 2,
          maxLength: 4,
        },
      )
      .map((parts) => parts.join('/')),
  },
  { weight: 1, arbitrary: longName },
  { weight: 1, arbitrary: hostileText(40).map((text) => `${text}.parquet`) },
);

const PLAIN = 'plain.parquet';

export const objectKey: Target<ObjectKeyCase> = {
  seconds: 60,
  cases: fc.record({ names: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }) }),
  async judge({ names }, surroundings) {
    const keys = [...new Set([...names, PLAIN])].map((each) => `${PREFIX}${each}`);
    try {
      const put: string[] = [];
      let refused: string | undefined;
      for (const [index, key] of keys.entries()) {
        const error = await putTrip(key, `row-${index}`, surroundings);
        if (error === undefined) put.push(key);
        refused ??= error;
      }
      const expected = keys.flatMap((key, index) =>
        put.includes(key) && isDataFile(key, PREFIX) ? [`row-${index}`] : [],
      );
      const { files } = await surroundings.load('trips', HOUR);
      same('files', files, expected.length);
      const rows = await surroundings.rows('SELECT trip_id FROM trips ORDER BY trip_id');
      same('rows', rows.flat(), expected);
      for (const key of put) await inspects(key, surroundings);
      return refused === undefined ? ACCEPTED : ({ accepted: false, error: refused } satisfies Verdict);
    } finally {
      await surroundings.empty('trips/');
      await surroundings.dropTables('public.trips');
    }
  },
};

/** @returns the name of S3's error if S3 refuses the key. */
async function putTrip(key: string, id: string, surroundings: Surroundings): Promise<string | undefined> {
  const path = surroundings.path('trip.parquet');
  await writeParquet(path, [
    { name: 'trip_id', type: 'VARCHAR', values: [id] },
    { name: 'vendor_id', type: 'INTEGER', values: ['1'] },
    { name: 'pickup_datetime', type: 'TIMESTAMP', values: ['2026-11-20 08:00:00'] },
    { name: 'dropoff_datetime', type: 'TIMESTAMP', values: [null] },
    { name: 'passenger_count', type: 'INTEGER', values: [null] },
    { name: 'trip_distance', type: 'DOUBLE', values: ['1.5'] },
    { name: 'total_amount', type: 'DECIMAL(10,2)', values: ['10'] },
    { name: 'updated_at', type: 'TIMESTAMP', values: ['2026-11-20 08:00:00'] },
  ]);
  const { s3, bucket } = surroundings.twin.connection;
  try {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: readFileSync(path) }));
    return undefined;
  } catch (error) {
    if ((error as Error).name === 'KeyTooLongError') return 'KeyTooLongError';
    throw error;
  }
}

/**
 * Inspects the key, as `sluice inspect s3://…` does. It skips a key that ends in `/`, which inspect takes for a
 * folder.
 */
async function inspects(key: string, { twin }: Surroundings): Promise<void> {
  if (key.endsWith('/')) return;
  const inspection = { target: `s3://${twin.connection.bucket}/${key}`, rows: 5 };
  const json = new CapturedOutput(true);
  same('exit code of inspect', await runInspect(twin.connection, json.output, inspection), 0);
  same('rows that inspect reports', json.document<{ rows: number }>().rows, 1);
  const text = new CapturedOutput(false);
  same('exit code of inspect', await runInspect(twin.connection, text.output, inspection), 0);
  // eslint-disable-next-line no-control-regex
  same('control characters', /[\u0000-\u0009\u000b-\u001f\u007f]/.exec(text.stdout), null);
}
