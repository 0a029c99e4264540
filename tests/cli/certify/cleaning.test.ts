import { Cleaning, Refused, type Made } from '../../../cli/certify/cleaning';

const thing = (remove: Made['remove'] = () => Promise.resolve()): Made => ({
  what: 'a thing',
  how: 'remove it',
  remove,
});
const answered = (httpStatusCode: number, attempts = 1) =>
  Object.assign(new Error('no'), { name: 'AccessDenied', $metadata: { httpStatusCode, attempts } });

async function remembered(...errors: readonly (Error | undefined)[]): Promise<number> {
  const cleaning = new Cleaning();
  const made = thing();
  for (const error of errors) {
    const making = cleaning.make(made, () => (error ? Promise.reject(error) : Promise.resolve()));
    await making.catch(() => {});
  }
  return cleaning.remaining.length;
}

test.each([
  ['the service refused', [answered(403)], 0],
  ['the transaction was undone', [new Refused('ERROR: no')], 0],
  ['the service failed', [answered(500)], 1],
  ['no answer came', [new Error('socket hang up')], 1],
  ['an attempt before the refusal got no answer', [answered(400, 2)], 1],
  ['one of several parts was made', [undefined, answered(403)], 1],
  ['every part was refused', [answered(403), answered(403)], 0],
])('remembers a thing unless it was surely not made: %s', async (_, errors, count) => {
  expect(await remembered(...errors)).toBe(count);
});

test('what was made last is removed first, and one thing that stays keeps no other', async () => {
  const cleaning = new Cleaning();
  const removed: string[] = [];
  const of = (what: string, stays = false) => ({
    ...{ what, how: `remove ${what}` },
    remove: () => {
      removed.push(what);
      return stays ? Promise.reject(answered(409)) : Promise.resolve();
    },
  });
  for (const made of [of('first'), of('second', true), of('third')])
    await cleaning.make(made, () => Promise.resolve());
  expect(await cleaning.run()).toEqual([{ what: 'second', how: 'remove second', why: 'AccessDenied: no' }]);
  expect(removed).toEqual(['third', 'second', 'second', 'second', 'first']);
});

test('a removal that gets no answer ends after its time, and the last reason is told', async () => {
  const cleaning = new Cleaning(1.5, 0.1);
  let attempts = 0;
  const made = thing(() => ((attempts += 1) === 1 ? Promise.reject(answered(503)) : new Promise(() => {})));
  await cleaning.make(made, () => Promise.resolve());
  expect(await cleaning.run()).toMatchObject([
    { why: 'it was not removed within 1.5 s (before: AccessDenied: no)' },
  ]);
});
