import { newsOf, newsOfStop, toldOf, type Told } from '../../core/news';
import type { UnsettledHour } from '../../core/states';

const OWNER = { dataset: 'trips', warehouse: 'w' };
const START = Date.parse('2026-11-23T08:25:00Z');
const HOUR = 3_600_000;

const unsettled = (partition: string, error = 'ColumnMismatch', fingerprint: string | null = 'files') =>
  ({ partition, error, fingerprint }) satisfies UnsettledHour;

/** What a series of scheduled executions tells, each some hours after the first. */
function series(...executions: readonly (readonly [hours: number, ...unsettled: UnsettledHour[]])[]) {
  let told: Told | undefined;
  return executions.map(([hours, ...each], index) => {
    const news = newsOf(OWNER, told, each, {
      execution: `execution ${index}`,
      now: new Date(START + hours * HOUR),
      remindHours: 24,
    });
    told = news.told;
    return [[...news.hours].join(), news.isReminder];
  });
}
const A = unsettled('A');
const B = unsettled('B');

test('each failure is news once, and all that last are told again once a day, whatever comes in between', () => {
  expect(series([0, A], [1, A], [20, A, B], [23, A, B], [24, A, B], [25, A, B], [48, A, B])).toEqual([
    ['A', true],
    ['', false],
    ['B', false],
    ['', false],
    ['', true],
    ['', false],
    ['', true],
  ]);
});

test('an hour that fails with another error, with other files, or after it was well, is news', () => {
  expect(
    series([0, A], [1, unsettled('A', 'NullKeys')], [2, unsettled('A', 'NullKeys', 'others')], [3], [4, A]),
  ).toEqual([
    ['A', true],
    ['A', false],
    ['A', false],
    ['', false],
    ['A', false],
  ]);
});

test('an hour of which nobody says what is new in it was told', () => {
  const quarantined = (fingerprint: string | null) => unsettled('A', 'FilesQuarantined', fingerprint);
  expect(series([0, quarantined('files')], [1, quarantined(null)], [2, quarantined('others')])).toEqual([
    ['A', true],
    ['', false],
    ['A', false],
  ]);
});

test('a report that is made twice says the same twice', () => {
  const zero = newsOf(OWNER, undefined, [A], { execution: 'zero', now: new Date(START), remindHours: 24 });
  for (const hours of [1, 24]) {
    const options = { execution: 'one', now: new Date(START + hours * HOUR), remindHours: 24 };
    const first = newsOf(OWNER, zero.told, [A, B], options);
    const second = newsOf(OWNER, first.told, [A, B], options);
    expect([...first.hours]).toEqual(['B']);
    expect(first.isReminder).toBe(hours === 24);
    expect([second.hours, second.isReminder]).toEqual([first.hours, first.isReminder]);
  }
});

test('a request tells of its hours alone, and what it has put right is news when it fails again', () => {
  const options = (execution: string) => ({ execution, now: new Date(START), remindHours: 24 });
  const first = newsOf(OWNER, undefined, [A, B], options('one'));
  const request = newsOf(OWNER, first.told, [], { ...options('two'), tried: ['A'] });
  expect([...request.hours]).toEqual([]);
  expect(request.isReminder).toBe(false);
  expect([...newsOf(OWNER, request.told, [A, B], options('three')).hours]).toEqual(['A']);
  const failed = newsOf(OWNER, first.told, [unsettled('C')], { ...options('two'), tried: ['C'] });
  expect([...newsOf(OWNER, failed.told, [A, B, unsettled('C')], options('three')).hours]).toEqual([]);
});

test('what was told of another dataset or warehouse, and what nobody can read, counts as not told', () => {
  const { told } = newsOf(OWNER, undefined, [A], { execution: 'one', now: new Date(START), remindHours: 24 });
  const text = JSON.stringify(told);
  expect(toldOf(OWNER, text)).toEqual(told);
  expect(toldOf({ ...OWNER, warehouse: 'other' }, text)).toBeUndefined();
  expect(toldOf({ ...OWNER, dataset: 'other' }, text)).toBeUndefined();
  for (const spoiled of [undefined, '', text.slice(0, 30), '{}'])
    expect(toldOf(OWNER, spoiled)).toBeUndefined();
});

describe('what stops an execution as a whole', () => {
  const STOP = {
    error: 'TargetMismatch',
    cause: 'it lacks fare (statement 6a1f3c9e-1c1b-4f7c-9a52-0d8d8c1f9a10:2)',
  };
  /** Whether each stop is news, given the hours since the first one. */
  function stops(...all: [number, { error: string; cause: string }][]): boolean[] {
    let told: Told | undefined;
    return all.map(([hours, failure], index) => {
      const options = {
        execution: `load-${'abcdefgh'[index]}`,
        now: new Date(START + hours * HOUR),
        remindHours: 24,
      };
      const news = newsOfStop(OWNER, told, failure, options);
      told = toldOf(OWNER, JSON.stringify(news.told));
      return news.isNews;
    });
  }

  test('is told once, and again with each reminder', () => {
    const hours = [0, 1, 2, 23, 24, 25, 48];
    expect(stops(...hours.map((each): [number, typeof STOP] => [each, STOP]))).toEqual([
      true,
      false,
      false,
      false,
      true,
      false,
      true,
    ]);
  });

  test.each([
    ['the id of a statement', STOP.cause, STOP.cause.replace('6a1f3c9e', 'f0e1d2c3')],
    [
      'the day that was listed first',
      'ListObjectsV2 s3://lake/day=22/: denied',
      'ListObjectsV2 s3://lake/day=23/: denied',
    ],
    ['the process of the warehouse', 'denied (pid:10)', 'denied (pid:1207)'],
  ])('is the same if only %s is another', (_, cause, later) => {
    expect(stops([0, { ...STOP, cause }], [1, { ...STOP, cause: later }])).toEqual([true, false]);
  });

  test('is the same though its cause names the execution', () => {
    const of = (execution: string, told: Told | undefined) =>
      newsOfStop(
        OWNER,
        told,
        { ...STOP, cause: `BatchExecuteStatement trips ${execution} PrepareWarehouse: denied` },
        {
          ...{ execution, now: new Date(START), remindHours: 24 },
        },
      );
    expect(of('load-a-0b0be0', of('load-b-06b3be40', undefined).told).isNews).toBe(false);
  });

  test('stays told while somebody loads another hour by hand', () => {
    const options = (execution: string) => ({ execution, now: new Date(START), remindHours: 24 });
    const stopped = newsOfStop(OWNER, undefined, STOP, options('one'));
    const request = newsOf(OWNER, stopped.told, [], { ...options('two'), tried: ['A'] });
    expect(newsOfStop(OWNER, request.told, STOP, options('three')).isNews).toBe(false);
  });

  test('is another one if its error is, or its cause', () => {
    const others = [
      { ...STOP, error: 'WarehouseAccessDenied' },
      { ...STOP, cause: 'it lacks tip' },
    ];
    for (const other of others) expect(stops([0, STOP], [1, other], [2, other])).toEqual([true, true, false]);
  });

  test('is news again after an execution that was not stopped, and forgets no hour', () => {
    const options = (execution: string) => ({ execution, now: new Date(START), remindHours: 24 });
    const failing = newsOf(OWNER, undefined, [A], options('zero'));
    const stopped = newsOfStop(OWNER, failing.told, STOP, options('one'));
    const mended = newsOf(OWNER, stopped.told, [A], options('two'));
    expect([...mended.hours]).toEqual([]);
    expect(newsOfStop(OWNER, mended.told, STOP, options('three')).isNews).toBe(true);
  });

  test('is told again by the same execution, whose report is made twice', () => {
    const options = { execution: 'one', now: new Date(START), remindHours: 24 };
    const { told } = newsOfStop(OWNER, undefined, STOP, options);
    expect(newsOfStop(OWNER, told, STOP, options).isNews).toBe(true);
  });
});
