import { scheduleExpression as made } from '../../../core/schedule';
import { scheduleExpression } from '../../../local/stack';

const isAccepted = (text: string) => scheduleExpression.safeParse(text).success;

test.each([
  'cron(25 * * * ? *)',
  'cron(40 0,5,10,15,20 * * ? *)',
  'cron(0/10 8-17 ? * 2-6 *)',
  'cron(0-15/5 0 1 1,7 ? 2026)',
  'rate(1 hour)',
  'rate(5 minutes)',
])('%s is accepted', (text) => {
  expect(isAccepted(text)).toBe(true);
});

test.each([
  ['a minute too many', 'cron(60 * * * ? *)'],
  ['an hour too many', 'cron(25 0,24 * * ? *)'],
  ['an increment beyond the field', 'cron(*/60 * * * ? *)'],
  ['no increment', 'cron(0/0 * * * ? *)'],
  ['an empty entry of a list', 'cron(25 0,6, * * ? *)'],
  ['a range that runs backwards', 'cron(25 6-5 * * ? *)'],
  ['five fields, as in Unix', 'cron(25 * * * *)'],
  ['both days', 'cron(25 * * * * *)'],
  ['neither day', 'cron(25 * ? * ? *)'],
  ['none of the hours', 'cron(25 ? * * ? *)'],
  ['no number', 'cron(NaN * * * ? *)'],
  ['one in the plural', 'rate(1 hours)'],
  ['several in the singular', 'rate(6 hour)'],
  ['no frame', '25 * * * ? *'],
  ['a name, which the twin does not know', 'cron(25 * ? * MON *)'],
])('%s: %s is refused', (_, text) => {
  expect(isAccepted(text)).toBe(false);
});

test('the schedule of every dataset is accepted', () => {
  for (let every_hours = 1; every_hours <= 24; every_hours += 1) {
    for (let settle_minutes = 0; settle_minutes < 60; settle_minutes += 1) {
      const dataset = { source: { settle_minutes }, load: { every_hours } };
      expect([made(dataset, [dataset])].filter((text) => !isAccepted(text))).toEqual([]);
    }
  }
});
