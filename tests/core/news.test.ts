import { newsOf, toldOf, type Told } from '../../core/news';
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
