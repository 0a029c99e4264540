import { DeliveryError, putBatch } from '../../../cli/delivery/put-batch';
import { ScriptedFirehose, type Answer } from './scripted-firehose';

const FAST = { attempts: 3, first: 1, most: 2 };
const records = ['a', 'b', 'c'].map((text) => Buffer.from(text));

let firehose: ScriptedFirehose;
afterEach(() => firehose.stop());

const answering = async (...answers: Answer[]) => {
  firehose = await ScriptedFirehose.start((_call, number) => answers[number - 1] ?? { failing: {} });
};

test('only the records that fail are sent again, until all are accepted', async () => {
  await answering(
    { failing: { 0: 'ServiceUnavailableException', 2: 'InternalFailure' } },
    { failing: { 1: 'ServiceUnavailableException' } },
  );
  await putBatch(firehose.client, 'trips', { arrival: '2026-11-23T08', records }, FAST);
  expect(firehose.calls.map((call) => call.records)).toEqual([['a', 'b', 'c'], ['a', 'c'], ['c']]);
});

test('every call has the hour of arrival as a signed header, or none without an hour', async () => {
  await answering({ failing: { 0: 'ServiceUnavailableException' } });
  await putBatch(firehose.client, 'trips', { arrival: '2026-11-23T08', records }, FAST);
  await putBatch(firehose.client, 'trips', { records }, FAST);
  expect(firehose.calls.map((call) => call.arrival)).toEqual(['2026-11-23T08', '2026-11-23T08', undefined]);
  expect(firehose.calls[0]?.signedHeaders).toContain('x-sluice-arrival');
});

test('a busy service gets the records again', async () => {
  await answering(
    { status: 503, code: 'ServiceUnavailableException' },
    { status: 400, code: 'ThrottlingException' },
  );
  await putBatch(firehose.client, 'trips', { records }, FAST);
  expect(firehose.calls).toHaveLength(3);
});

test('records that no attempt delivers are an error with its reason and fix', async () => {
  const failing = { failing: { 1: 'ServiceUnavailableException' } };
  await answering(
    failing,
    { failing: { 0: 'ServiceUnavailableException' } },
    { failing: { 0: 'ServiceUnavailableException' } },
  );
  const sending = putBatch(firehose.client, 'trips', { records }, FAST);
  await expect(sending).rejects.toThrow(DeliveryError);
  await expect(sending).rejects.toThrow(
    /did not take 1 record of a batch in 3 attempts: ServiceUnavailableException: Slow down\..*Send the events again/,
  );
  expect(firehose.calls).toHaveLength(3);
});

test('a lasting error is thrown at once', async () => {
  await answering({ status: 400, code: 'ResourceNotFoundException' });
  await expect(putBatch(firehose.client, 'nowhere', { records }, FAST)).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  expect(firehose.calls).toHaveLength(1);
});
