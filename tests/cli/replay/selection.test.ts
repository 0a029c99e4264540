import { join } from 'node:path';
import type { ErrorRecord } from '../../../cli/refused/error-record';
import { keptEvents } from '../../../cli/refused/kept-event';
import { identityOf } from '../../../cli/replay/memory';
import { Selection, type Verdict } from '../../../cli/replay/selection';
import { readDatasets } from '../../../service/datasets';

const trips = readDatasets(join(__dirname, '../../..')).find(({ name }) => name === 'trips')!;
const NOTHING = new Set<string>();
const good = (id: string) =>
  JSON.stringify({ trip_id: id, pickup_datetime: '2026-11-23T08:00:00Z', updated_at: 0 });
const BAD = '{"trip_id":"bad"}';

function record(data: string | Buffer, code = 'Lambda.ProcessingFailedStatus'): ErrorRecord {
  return { code, message: 'It said no.', arrived: null, attempts: 1, data: Buffer.from(data) };
}

type Options = ConstructorParameters<typeof Selection>[1];

/** The verdicts on the events of records, in order. */
function verdicts(
  records: readonly (string | ErrorRecord)[],
  options: Options = {},
  before: readonly ReadonlySet<string>[] = [],
): { verdicts: Verdict[]; selection: Selection } {
  const selection = new Selection(trips.name, options);
  const judged = records.flatMap((each, index) =>
    keptEvents(typeof each === 'string' ? record(each) : each, trips).map(
      (event) => selection.judge(event, before[index] ?? NOTHING).verdict,
    ),
  );
  return { verdicts: judged, selection };
}

test('events that the dataset accepts are sent, each once; the others are left', () => {
  const records = [good('a'), BAD, good('b'), good('a'), BAD];
  expect(verdicts(records).verdicts).toEqual(['send', 'refused', 'send', 'repeated', 'repeated']);
  expect(verdicts(records, { all: true }).verdicts).toEqual(['send', 'send', 'send', 'repeated', 'repeated']);
});

test('of a record with several events only the bad ones are left, since none of them was delivered', () => {
  expect(verdicts([`${good('a')}${BAD} ${good('b')}`]).verdicts).toEqual(['send', 'refused', 'send']);
});

test('bytes that are no text are an event, too, and are sent as they are', () => {
  const bytes = Buffer.from([0x7b, 0xff, 0x7d]);
  const [event] = keptEvents(record(bytes), trips);
  expect(event?.data.equals(bytes)).toBe(true);
  expect(verdicts([record(bytes)]).verdicts).toEqual(['refused']);
  expect(verdicts([record(bytes)], { all: true }).verdicts).toEqual(['send']);
});

test('events that differ in a byte are different events', () => {
  expect(verdicts([good('a'), `${good('a')}\n`, good('A')]).verdicts).toEqual(['send', 'send', 'send']);
});

test('what was sent of an object is not sent again, unless somebody asks for it', () => {
  const sent = new Set([identityOf(Buffer.from(good('a')))]);
  const records = [good('a'), good('b')];
  expect(verdicts(records, {}, [sent, sent]).verdicts).toEqual(['sent before', 'send']);
  expect(verdicts(records, { again: true }, [sent, sent]).verdicts).toEqual(['send', 'send']);
});

test('an event that was sent from one object and is in another one again was refused again, and is sent', () => {
  const sent = new Set([identityOf(Buffer.from(good('a')))]);
  expect(verdicts([good('a'), good('a')], {}, [sent]).verdicts).toEqual(['sent before', 'send']);
  // In any order.
  expect(verdicts([good('a'), good('a')], {}, [NOTHING, sent]).verdicts).toEqual(['send', 'sent before']);
});

test('--reason chooses by the reason as it is shown, in full, or by what Firehose says', () => {
  const records = [record(good('a'), 'Lambda.FunctionError'), record(good('b')), record(BAD)];
  const chosen = (reason: string, all = false) => verdicts(records, { reason, all }).verdicts;
  expect(chosen('functionERROR')).toEqual(['send', 'other reason', 'other reason']);
  expect(chosen('said no')).toEqual(['send', 'send', 'refused']);
  expect(chosen('pickup_datetime is missing')).toEqual(['other reason', 'other reason', 'refused']);
  expect(chosen('pickup_datetime', true)).toEqual(['other reason', 'other reason', 'send']);
  expect(chosen('no such reason', true)).toEqual(['other reason', 'other reason', 'other reason']);
});

test('the counts of each reason add up', () => {
  const sent = new Set([identityOf(Buffer.from(good('z')))]);
  const records = [good('a'), BAD, `${good('b')}${BAD}`, '{}', good('z'), good('a')];
  const { selection } = verdicts(records, {}, [NOTHING, NOTHING, NOTHING, NOTHING, sent]);
  expect(selection.list()).toEqual([
    {
      ...{ reason: 'Lambda.ProcessingFailedStatus', column: null, accepted: true },
      ...{ events: 4, chosen: 2, still_refused: 0, of_other_reasons: 0, sent_before: 1, repeated: 1 },
    },
    {
      ...{ reason: 'pickup_datetime is missing', column: 'pickup_datetime', accepted: false },
      ...{ events: 2, chosen: 0, still_refused: 1, of_other_reasons: 0, sent_before: 0, repeated: 1 },
    },
    {
      ...{ reason: 'trip_id is missing', column: 'trip_id', accepted: false },
      ...{ events: 1, chosen: 0, still_refused: 1, of_other_reasons: 0, sent_before: 0, repeated: 0 },
    },
  ]);
});
