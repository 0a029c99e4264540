import { Metrics } from '@aws-lambda-powertools/metrics';
import { join } from 'node:path';

process.env.LAMBDA_TASK_ROOT = join(__dirname, '../..');
process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';

interface Answer {
  readonly records: readonly { recordId: string; result: string; data: string }[];
}
const base64 = (text: string) => Buffer.from(text).toString('base64');

test('returns every record in order; a refused record is unchanged', async () => {
  const { handler } = (await import('../../functions/transform-records')) as {
    handler: (input: unknown) => Promise<Answer>;
  };
  const event = {
    trip_id: 'a',
    pickup_datetime: '2026-11-23T08:15:00+01:00',
    updated_at: '2026-11-23T09:00:00Z',
    surplus: 1,
  };
  const texts = [JSON.stringify(event), 'no JSON', JSON.stringify({ ...event, trip_id: undefined })];
  const { records } = await handler({
    invocationId: 'i',
    deliveryStreamArn: 'arn:aws:firehose:us-east-1:000000000000:deliverystream/sluice-local-trips',
    records: texts.map((text, index) => ({ recordId: String(index), data: base64(text) })),
  });
  expect(records.map(({ recordId, result }) => [recordId, result])).toEqual([
    ['0', 'Ok'],
    ['1', 'ProcessingFailed'],
    ['2', 'ProcessingFailed'],
  ]);
  expect(records.slice(1).map((each) => each.data)).toEqual(texts.slice(1).map(base64));
  const transformed = Buffer.from(records[0]?.data ?? '', 'base64').toString();
  expect(transformed).toMatch(/\n$/);
  expect(JSON.parse(transformed)).toEqual({
    trip_id: 'a',
    pickup_datetime: '2026-11-23 07:15:00.000000',
    updated_at: '2026-11-23 09:00:00.000000',
  });
});

test('a record with several events comes back with one line for each', async () => {
  const { handler } = (await import('../../functions/transform-records')) as {
    handler: (input: unknown) => Promise<Answer>;
  };
  const eventOf = (id: string) =>
    `{"trip_id":"${id}","pickup_datetime":"2026-11-23T08:15:00Z","updated_at":"2026-11-23T09:00:00Z"}`;
  const { records } = await handler({
    invocationId: 'i',
    deliveryStreamArn: 'arn:aws:firehose:us-east-1:000000000000:deliverystream/sluice-local-trips',
    records: [
      { recordId: '0', data: base64(`${eventOf('a')}\n${eventOf('b')}`) },
      { recordId: '1', data: base64(`${eventOf('c')}{"trip_id":"d"}`) },
    ],
  });
  const lines = Buffer.from(records[0]?.data ?? '', 'base64').toString();
  expect(
    lines.split('\n').map((line) => (line ? (JSON.parse(line) as { trip_id: string }).trip_id : '')),
  ).toEqual(['a', 'b', '']);
  expect(records[1]).toMatchObject({
    result: 'ProcessingFailed',
    data: base64(`${eventOf('c')}{"trip_id":"d"}`),
  });
});

test('a record that is not UTF-8 is returned unchanged, and never becomes another value', async () => {
  const { handler } = (await import('../../functions/transform-records')) as {
    handler: (input: unknown) => Promise<Answer>;
  };
  const event = Buffer.concat([
    Buffer.from('{"trip_id":"'),
    Buffer.from([0xff]),
    Buffer.from('","pickup_datetime":"2026-11-23T08:15:00Z","updated_at":"2026-11-23T09:00:00Z"}'),
  ]);
  const data = event.toString('base64');
  const { records } = await handler({
    invocationId: 'i',
    deliveryStreamArn: 'arn:aws:firehose:us-east-1:000000000000:deliverystream/sluice-local-trips',
    records: [{ recordId: '0', data }],
  });
  expect(records).toEqual([{ recordId: '0', result: 'ProcessingFailed', data }]);
});

test('EventsRefused counts every event of a refused record, because none of them is delivered', async () => {
  const { handler } = (await import('../../functions/transform-records')) as {
    handler: (input: unknown) => Promise<Answer>;
  };
  const eventOf = (id: string) =>
    `{"trip_id":"${id}","pickup_datetime":"2026-11-23T08:15:00Z","updated_at":"2026-11-23T09:00:00Z"}`;
  const texts = [
    `${eventOf('a')}${eventOf('b')}`,
    `${eventOf('c')}${eventOf('d')}{"trip_id":"e"}`,
    `{"trip_id":tru}${eventOf('f')}`,
    'no JSON',
  ];
  const recorded = jest.spyOn(Metrics.prototype, 'addMetric');
  await handler({
    invocationId: 'i',
    deliveryStreamArn: 'arn:aws:firehose:us-east-1:000000000000:deliverystream/sluice-local-trips',
    records: texts.map((text, index) => ({ recordId: String(index), data: base64(text) })),
  });
  expect(recorded.mock.calls).toEqual([['EventsRefused', 'Count', 3 + 2 + 1]]);
  recorded.mockRestore();
});
