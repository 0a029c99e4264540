import { datasetOf, sampleOf } from './sampled';

const leftOutOf = async (...lines: string[]) =>
  (await sampleOf(lines.join('\n'))).leftOut.map(({ name, rows, why }) => [name, rows, why]);

test('an attribute in few events is a column, and it is said how few', async () => {
  const { text } = await datasetOf(
    '{"id":1,"at":"2026-11-23T08:15:00Z"}\n{"id":2,"at":"2026-11-23T08:15:00Z","tip":null}\n{"id":3,"at":"2026-11-23T08:15:00Z","tip":1.5}',
  );
  expect(text).toContain(
    "  # Numbers with up to 1 decimal, always 1.5, null or missing in 2 of 3 events.\n  - { name: tip, type: 'decimal(18,1)' }\n",
  );
});

test('spellings that differ only in case are one column', async () => {
  const { columns } = await sampleOf('{"userId":1}\n{"userid":300}\n{"USERID":null}');
  expect(columns).toMatchObject([{ name: 'userid', written: 'userId', present: 2 }]);
});

test.each([
  ['{"id":1,"id":2}', 'twice in 1 event (line 2)'],
  ['{"id":1,"ID":2}', 'twice, as id and ID, in 1 event (line 2)'],
])('an attribute that an event has twice is left out: %s', async (line, how) => {
  const leftOut = await leftOutOf('{"id":1}', line);
  expect(leftOut).toEqual([
    ['id', 2, `${how}: one value would be lost, so the transform refuses such events if it is a column.`],
  ]);
  // Whoever names it wants it.
  const { columns } = await sampleOf(`{"id":1}\n${line}`, { key: 'id' });
  expect(columns.map(({ name }) => name)).toEqual(['id']);
});

test.each([
  ['ctid', /^a name that no column has\. Use a name other than oid/],
  ['sluice_x', /does not start with sluice_/],
  ['', /^a name that no column has/],
  ['a\u0007', /no control characters/],
  ['\ud800', /half of a surrogate pair/],
  ['x'.repeat(128), /at most 127 bytes/],
])('a name that no column has is left out: %j', async (name, why) => {
  expect(await leftOutOf(JSON.stringify({ a: 1, [name]: 1 }))).toEqual([
    [name, 1, expect.stringMatching(why) as string],
  ]);
});

test('of more attributes than a dataset has columns, the rarest are left out', async () => {
  const wide = (from: number, to: number) =>
    JSON.stringify(
      Object.fromEntries(Array.from({ length: to - from }, (_, index) => [`a${from + index}`, 1])),
    );
  const { columns, leftOut } = await sampleOf([wide(0, 1_600), wide(100, 1_600)].join('\n'));
  expect(columns).toHaveLength(1_500);
  expect(leftOut.map(({ name }) => name)).toEqual(Array.from({ length: 100 }, (_, index) => `a${index}`));
  expect(leftOut[0]?.why).toMatch(/^beyond the 1,500 columns/);
});

test('names that are data do not fill the memory', async () => {
  const lines = Array.from({ length: 110 }, (_, line) =>
    JSON.stringify(Object.fromEntries(Array.from({ length: 100 }, (__, index) => [`k${line}_${index}`, 1]))),
  );
  const { leftOut } = await sampleOf(lines.join('\n'));
  expect(leftOut).toHaveLength(8_501);
  expect(leftOut.at(-1)).toMatchObject({
    name: '…',
    why: expect.stringMatching(/more names than 10,000\. Such names are data/) as string,
  });
});
