import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInit } from '../../cli/init';
import { runStream, type StreamDocument } from '../../cli/stream';
import { prefixOfHour } from '../../core/prefix';
import { readDatasets } from '../../service/datasets';
import { CapturedOutput } from '../../testkit/captured-output';
import { parquetOf } from '../../testkit/parquet';
import { ServiceTwin } from '../../testkit/service-twin';
import { temporaryFolder } from '../../testkit/temporary-folder';

const HOUR = '2026-11-20T08';
const folder = temporaryFolder('sluice-init-load-');

/** 30 events, of which every third comes in a second version; each has attributes of every kind. */
const RIDES = Array.from({ length: 40 }, (_, index) => {
  const ride = index < 30 ? index : 3 * (index - 30);
  return JSON.stringify({
    rideId: ride,
    pickup: `2026-11-20T08:${String(ride).padStart(2, '0')}:00.25+01:00`,
    updated_at: 1_763_626_000 + index,
    amount: ride / 4,
    counter: ride * 1_000_000_007,
    huge: 0,
    ratio: ride / 7,
    flag: ride % 2 === 0,
    born: '2026-11-20',
    year: 2026,
    source_partition: 'p',
    'Some Name': `ä${ride}`,
    mixed: ride % 2 === 0 ? ride : String(ride),
    nested: { a: 1 },
    ...(ride === 7 ? { rare: 'x' } : {}),
  }).replace('"huge":0', `"huge":1234567890123456789012345${ride}`);
});

const READINGS = `SELECT i AS reading_id, TIMESTAMP '2026-11-20 08:00:00' + INTERVAL (i) SECOND AS measured_at,
  (i * 1.25)::DECIMAL(12,4) AS price, 'text ' || i AS note, i::FLOAT AS single, (i % 100)::SMALLINT AS small,
  CASE WHEN i > 10 THEN DATE '2026-11-20' END AS born FROM range(200) AS rows(i)`;

async function madeOf(file: string): Promise<string> {
  const captured = new CapturedOutput(false);
  expect(await runInit(captured.output, { file })).toBe(0);
  return captured.stdout;
}

let deployed: ServiceTwin;
beforeAll(async () => {
  const [rides, readings] = [join(folder, 'rides.ndjson'), join(folder, 'readings.parquet')];
  writeFileSync(rides, RIDES.join('\n'));
  writeFileSync(readings, await parquetOf(READINGS));
  deployed = await ServiceTwin.start({
    'rides.yml': await madeOf(rides),
    'readings.yml': await madeOf(readings),
  });
});
afterAll(async () => {
  await deployed.remove();
  rmSync(folder, { recursive: true });
});

test('the dataset of a sample of events is deployed, and loads every event', async () => {
  const { twin, service } = deployed;
  const captured = new CapturedOutput(true);
  const connection = { ...twin.connection, datasets: readDatasets(service.directory) };
  const options = { file: join(folder, 'rides.ndjson'), dataset: 'rides', at: HOUR };
  expect(await runStream(connection, captured.output, options)).toBe(0);
  expect(captured.document<StreamDocument>()).toMatchObject({
    records: 40,
    refused: 0,
    unknown_attributes: [{ name: 'nested', events: 40 }],
  });
  expect(await twin.load({ dataset: 'rides', partition: HOUR })).toMatchObject({ status: 'SUCCEEDED' });
  const { rows } = await twin.sql('SELECT COUNT(*), COUNT(rare), SUM(amount) FROM public.rides');
  expect(rows).toEqual([[30, 1, '108.75']]);
  const { rows: last } = await twin.sql(
    `SELECT rideid, pickup, updated_at, counter, huge, ratio, flag, born, year, source_partition, "some name", mixed, hour
       FROM public.rides WHERE rideid = 27`,
  );
  expect(last).toEqual([
    [
      27,
      '2026-11-20 07:27:00.25',
      // The second version.
      '2025-11-20 08:07:19',
      27_000_000_189,
      '123456789012345678901234527',
      27 / 7,
      false,
      '2026-11-20',
      2026,
      'p',
      'ä27',
      27,
      7,
    ],
  ]);
});

test('the dataset of a Parquet file is deployed, and loads the file', async () => {
  const { twin } = deployed;
  const prefix = prefixOfHour('readings/year={yyyy}/month={MM}/day={dd}/hour={HH}/', HOUR);
  await twin.put(`${prefix}a.parquet`, await parquetOf(READINGS));
  expect(await twin.load({ dataset: 'readings', partition: HOUR })).toMatchObject({ status: 'SUCCEEDED' });
  const { rows } = await twin.sql(
    'SELECT COUNT(*), COUNT(born), SUM(price), MAX(note), SUM(single) FROM public.readings',
  );
  expect(rows).toEqual([[200, 189, '24875.0000', 'text 99', 19_900]]);
});
