import { chooseRoles } from '../../../cli/init/roles';
import { rowsToCompare } from '../../../cli/init/row-values';
import { datasetOf, sampleOf } from './sampled';

type Given = Parameters<typeof datasetOf>[1];

async function rolesOf(events: readonly object[], given?: Given) {
  const { draft, dataset } = await datasetOf(events.map((event) => JSON.stringify(event)).join('\n'), given);
  return { roles: draft.roles, target: dataset.target };
}

/** So many events, with these attributes. */
const events = (count: number, make: (index: number) => object) =>
  Array.from({ length: count }, (_, index) => make(index));
const time = (minute: number) => new Date(Date.UTC(2026, 10, 23, 8, minute)).toISOString();
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => ({}),
    (error: unknown) => error as Error,
  );

describe('the key', () => {
  test('is the column that differs in each row and identifies the event by its name', async () => {
    const { roles } = await rolesOf(
      events(20, (index) => ({ user_id: index % 4, amount: index, event_id: `e${index}`, at: time(index) })),
    );
    expect(roles.key).toEqual({
      columns: ['event_id'],
      reasons: ['event_id: 20 different values in 20 events, never null.'],
      decide: [],
    });
  });

  test('may repeat in events that were sent twice', async () => {
    const once = events(10, (index) => ({ id: index, at: time(index) }));
    const { roles } = await rolesOf([...once, ...once.slice(0, 3)]);
    expect(roles.key.reasons).toEqual([
      'id: 10 different values in 13 events, never null.',
      'Sent again, the same in every column: 3 events.',
    ]);
  });

  test('may repeat in versions of one event, which a version tells apart', async () => {
    const { roles } = await rolesOf(
      events(20, (index) => ({
        trip_id: `t${index % 15}`,
        pickup: time(index % 15),
        updated_at: time(index),
      })),
    );
    expect(roles.key).toMatchObject({
      columns: ['trip_id'],
      reasons: [
        'trip_id: 15 different values in 20 events, never null.',
        'Further versions of a key: 5 events.',
      ],
    });
    expect(roles.version).toMatchObject({
      columns: ['updated_at'],
      reasons: ['updated_at: a time that differs between the rows of a key.'],
    });
    expect(roles.event_time).toMatchObject({
      columns: ['pickup'],
      reasons: ['pickup: a time in every event, the same in all rows of a key.'],
    });
    expect(roles.promise).toMatch(/^In the sample it never does/);
  });

  test('can be a combination', async () => {
    const { roles } = await rolesOf(
      events(20, (index) => ({
        at: time(index),
        line_number: index % 5,
        order_id: Math.floor(index / 5),
        quantity: index,
      })),
    );
    expect(roles.key).toMatchObject({
      columns: ['order_id', 'line_number'],
      reasons: ['order_id, line_number: 20 different combinations in 20 events, never null.'],
    });
  });

  test('has a time in it only as a guess', async () => {
    const { roles } = await rolesOf(
      events(20, (index) => ({
        device_id: `d${index % 3}`,
        measured_at: time(Math.floor(index / 3)),
        value: 1.5,
      })),
    );
    expect(roles.key.columns).toEqual(['device_id', 'measured_at']);
    expect(roles.key.decide).toEqual([
      'A guess: two events with one device_id and one measured_at would be one row.',
    ]);
  });

  test('names what else could be it', async () => {
    const { roles } = await rolesOf(
      events(9, (index) => ({
        uuid: `00000000-0000-0000-0000-00000000000${index}`,
        order_id: index,
        at: time(index),
      })),
    );
    expect(roles.key).toMatchObject({
      columns: ['uuid'],
      decide: ['Also possible as key: order_id (--key).'],
    });
  });

  test.each([
    ['null in some events', (index: number) => ({ id: index === 3 ? null : index, at: time(index) })],
    ['missing in some', (index: number) => ({ ...(index === 3 ? {} : { id: index }), at: time(index) })],
    ['a text with a blank at its end', (index: number) => ({ id: `${index} `, at: time(index) })],
    ['not different', (index: number) => ({ id: index % 5, at: time(0), amount: index })],
    [
      'only parts of something',
      (index: number) => ({ line_number: index % 2, position: Math.floor(index / 2), at: time(0) }),
    ],
    ['no identifier by its name', (index: number) => ({ amount: index, at: time(index) })],
  ])('is not guessed if it is %s', async (_, make) => {
    const error = await failure(rolesOf(events(10, make)));
    expect(error).toMatchObject({ name: 'KeyNotFound' });
  });

  test('that cannot be found is asked for by name', async () => {
    const error = await failure(
      rolesOf(events(10, (index) => ({ amount: index, note: `n${index}`, at: time(index) }))),
    );
    expect(error).toMatchObject({
      message:
        'Nothing in standard input surely identifies an event, and a wrong key loses rows. Different in each event, although nothing says that it identifies one: amount, note.\n' +
        'Name the columns that identify an event, for example: npx sluice init - --key amount',
    });
  });

  test('can be named', async () => {
    const make = (index: number) => ({ Amount: index, note: index === 2 ? null : 'n', at: time(index) });
    const { roles, target } = await rolesOf(events(5, make), { key: 'amount, NOTE' });
    expect(target.key).toEqual(['amount', 'note']);
    expect(roles.key.decide).toEqual([
      'note is null or missing in 1 event of the sample, which would be refused.',
    ]);
    const unknown = await failure(rolesOf(events(5, make), { key: 'id' }));
    expect(unknown).toMatchObject({
      name: 'UsageError',
      message: '--key id: no event of standard input has it. There are: amount, note, at.',
    });
    expect(await failure(rolesOf(events(5, make), { key: 'at,,note' }))).toMatchObject({
      name: 'UsageError',
    });
    expect(await failure(rolesOf(events(5, make), { key: 'at,At' }))).toMatchObject({ name: 'UsageError' });
    const nested = await failure(rolesOf([{ id: { a: 1 }, at: time(0) }], { key: 'id' }));
    expect((nested as Error).message).toMatch(/^--key id cannot be a column\. id: an object \(line 1\)/);
  });
});

describe('the event time', () => {
  test('is called so, and is no time of a later change', async () => {
    const { roles } = await rolesOf(
      events(4, (index) => ({
        id: index,
        received_at: time(30),
        ended_at: time(index + 5),
        started_at: time(index),
      })),
    );
    expect(roles.event_time.columns).toEqual(['started_at']);
  });

  test('names others that are as likely', async () => {
    const { roles } = await rolesOf(
      events(4, (index) => ({ id: index, first: time(index), second: time(index) })),
    );
    expect(roles.event_time).toMatchObject({
      columns: ['first'],
      decide: ['Also possible as event time: second (--event-time).'],
    });
  });

  test('that cannot be found is asked for, with what comes close', async () => {
    const error = await failure(
      rolesOf(
        events(4, (index) => ({
          id: index,
          day: '2026-11-23',
          size: 1_763_885_700 + index,
          at: index === 0 ? null : time(index),
        })),
      ),
    );
    expect(error).toMatchObject({
      name: 'EventTimeNotFound',
      message:
        'No attribute of standard input is a time in every event, and a dataset needs one. at is null or missing in 1 event. The numbers in size may be seconds or milliseconds since 1970. day has days without a time of day.\n' +
        'Name it, if it is the event time: npx sluice init - --event-time size',
    });
  });

  test('can be numbers, if they are named', async () => {
    const made = events(4, (index) => ({ id: index, size: 1_763_885_700 + index }));
    const { target } = await rolesOf(made, { eventTime: 'Size' });
    expect(target.event_time).toBe('size');
    const error = await failure(rolesOf(made, { eventTime: 'id' }));
    expect(error).toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(
        /^--event-time id: not every value is a time \(whole numbers, 0 to 3\)/,
      ) as string,
    });
  });
});

describe('the version', () => {
  test('is called so, although the sample does not show it', async () => {
    const { roles } = await rolesOf(
      events(4, (index) => ({ id: index, at: time(index), revision: 1, updatedAt: time(index + 1) })),
    );
    expect(roles.version).toMatchObject({
      columns: ['updatedat'],
      decide: ['Also possible as version: revision (--version-column).'],
    });
  });

  test('says whether it is ever before the event time', async () => {
    const made = (first: number) =>
      rolesOf(
        events(4, (index) => ({
          id: index,
          at: time(index + 5),
          updated_at: time(index === 0 ? first : index + 9),
        })),
      );
    expect((await made(5)).roles.version.reasons[0]).toBe(
      'updated_at: a time that changes with each version, by its name, never before at. No key of the sample has several versions.',
    );
    expect((await made(4)).roles.version.reasons[0]).not.toContain('never before');
  });

  test('is the event time without one', async () => {
    const { roles, target } = await rolesOf(events(4, (index) => ({ id: index, at: time(index) })));
    expect(roles.version).toEqual({
      columns: [],
      reasons: [
        'None is named, so the event time is the version. No key of the sample has several versions.',
      ],
      decide: [],
    });
    expect(target.version).toBe('at');
  });

  test('that nothing shows although there are versions is a decision', async () => {
    const make = (index: number) => ({ id: index % 3, at: time(index % 3), status: `s${index}` });
    const { roles } = await rolesOf(events(6, make), { key: 'id' });
    expect(roles.version.columns).toEqual([]);
    expect(roles.version.decide).toEqual([
      'No column tells which of the versions is newer (3 events). If there is one, name it (--version-column). Without it, the row that arrived last wins.',
    ]);
    const { target } = await rolesOf(events(6, make), { key: 'id', versionColumn: 'STATUS' });
    expect(target.version).toBe('status');
  });

  test('counts up beyond the sample', async () => {
    const { draft } = await datasetOf(
      events(4, (index) => ({ id: 1, at: time(0), version: index }))
        .map((each) => JSON.stringify(each))
        .join('\n'),
      { key: 'id' },
    );
    expect(draft.columns.find(({ name }) => name === 'version')?.type).toEqual({ kind: 'bigint' });
  });
});

test('rows beyond those that are compared are said, and not looked at', async () => {
  const sample = await sampleOf(
    [0, 1, 2, 0].map((id) => JSON.stringify({ id, at: time(id), n: 1 })).join('\n'),
  );
  const { key } = chooseRoles({ ...sample, compared: 3 }, 'events', {}, 'npx sluice init -');
  expect(key.reasons).toEqual(['id: 3 different values in the first 3 of 4 events, never null.']);
  expect([rowsToCompare(10), rowsToCompare(5_000)]).toEqual([200_000, 2_000]);
});
