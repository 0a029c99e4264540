import { join } from 'node:path';
import { refusedEvent as describedEvent } from '../../../cli/inspect/inspect-refused';
import { readErrorRecord } from '../../../cli/refused/error-record';
import type { Dataset } from '../../../core/dataset';
import { readDatasets } from '../../../service/datasets';

const trips = readDatasets(join(__dirname, '../../..')).find(({ name }) => name === 'trips');

function refusedEvent(line: string, number: number, dataset: Dataset | undefined) {
  const record = readErrorRecord(line);
  return record && describedEvent(record, number, dataset);
}
const base64 = (text: string) => Buffer.from(text).toString('base64');

test('a failure of the transform is decoded, with the reason from the transform’s rules', () => {
  const line = JSON.stringify({
    attemptsMade: 1,
    arrivalTimestamp: Date.UTC(2026, 10, 23, 8, 15),
    errorCode: 'Lambda.FunctionError',
    errorMessage: 'The Lambda function was successfully invoked but it returned an error result.',
    attemptEndingTimestamp: Date.UTC(2026, 10, 23, 8, 16),
    rawData: base64('{"trip_id": "ä", "pickup_datetime": "2026-02-30T08:00:00Z"}'),
    lambdaARN: 'arn:aws:lambda:us-east-1:000000000000:function:transform',
  });
  expect(refusedEvent(line, 3, trips)).toEqual({
    line: 3,
    error_code: 'Lambda.FunctionError',
    error_message: 'The Lambda function was successfully invoked but it returned an error result.',
    arrived: '2026-11-23T08:15:00.000Z',
    attempts: 1,
    event: '{"trip_id": "ä", "pickup_datetime": "2026-02-30T08:00:00Z"}',
    utf8: true,
    reason: expect.stringMatching(/^pickup_datetime: "2026-02-30T08:00:00Z" is not a timestamp/) as string,
    column: 'pickup_datetime',
  });
});

test('a failure of the format conversion has other names for the same values', () => {
  const line = JSON.stringify({
    attemptsMade: 2,
    arrivalTimestamp: 0,
    lastErrorCode: 'DataFormatConversion.MalformedData',
    lastErrorMessage: 'Not a JSON object',
    rawData: base64('not JSON'),
    sequenceNumber: '1',
    subSequenceNumber: null,
    dataCatalogTable: { databaseName: 'lake' },
  });
  expect(refusedEvent(line, 1, trips)).toMatchObject({
    error_code: 'DataFormatConversion.MalformedData',
    error_message: 'Not a JSON object',
    event: 'not JSON',
    reason: expect.stringMatching(/^not JSON/) as string,
    column: null,
  });
});

test('an event that the dataset accepts now has no reason, nor has an event of an unknown dataset', () => {
  const event = { trip_id: 'a', pickup_datetime: '2026-11-23T08:00:00Z', updated_at: '2026-11-23T08:00:00Z' };
  const line = JSON.stringify({ rawData: base64(JSON.stringify(event)) });
  expect(refusedEvent(line, 1, trips)).toMatchObject({ reason: null, error_code: null, arrived: null });
  expect(refusedEvent(JSON.stringify({ rawData: base64('{}') }), 1, undefined)).toMatchObject({
    event: '{}',
    reason: null,
  });
});

test('a line that is no error record gives no event', () => {
  for (const line of [
    '{"errorCode": "x"}',
    'PAR1',
    '[]',
    '{"rawData": 1}',
    '{"rawData": "e30"}',
    '{"rawData": "e3-9"}',
  ])
    expect(refusedEvent(line, 1, trips)).toBeUndefined();
});
