import { ACCEPTED_INPUT, parseExecutionInput } from '../../core/execution-input';
import { loadErrorOf } from './load-error';

describe('what is accepted', () => {
  test.each<[unknown, object]>([
    [{}, { kind: 'scheduled', plan: false }],
    [{ dataset: 'trips' }, { kind: 'scheduled', plan: false, dataset: 'trips' }],
    [{ plan: true }, { kind: 'scheduled', plan: true }],
    [
      { partition: '2026-11-23T08' },
      { kind: 'requested', plan: false, from: '2026-11-23T08', to: '2026-11-23T08', due: false },
    ],
    [
      { partition: '2024-02-29T23', dataset: 'trips', plan: true },
      {
        kind: 'requested',
        plan: true,
        dataset: 'trips',
        from: '2024-02-29T23',
        to: '2024-02-29T23',
        due: false,
      },
    ],
    [
      { from: '2026-12-31T23', to: '2027-01-01T00' },
      { kind: 'requested', plan: false, from: '2026-12-31T23', to: '2027-01-01T00', due: false },
    ],
    [
      { from: '2026-12-31T23', to: '2027-01-01T00', due: true },
      { kind: 'requested', plan: false, from: '2026-12-31T23', to: '2027-01-01T00', due: true },
    ],
    [
      { from: '2026-11-23T08', to: '2026-11-23T08', plan: false },
      { kind: 'requested', plan: false, from: '2026-11-23T08', to: '2026-11-23T08', due: false },
    ],
  ])('%j', (input, expected) => {
    expect(parseExecutionInput(input)).toEqual(expected);
  });

  test.each([
    '2026-11-23 08',
    '2026-11-23T08Z',
    '2026-11-23 08:00',
    '2026-11-23T08:00Z',
    '2026-11-23T08:00:00Z',
    '2026-11-23T08:00:00.000Z',
    '20261123T08',
  ])('the hour as %s', (partition) => {
    const hour = { from: '2026-11-23T08', to: '2026-11-23T08' };
    expect(parseExecutionInput({ partition })).toMatchObject(hour);
    expect(parseExecutionInput({ from: partition, to: partition })).toMatchObject(hour);
  });

  test('days, which have all of their hours', () => {
    const day = { from: '2026-11-23T00', to: '2026-11-23T23' };
    expect(parseExecutionInput({ partition: '2026-11-23' })).toMatchObject({ ...day, kind: 'requested' });
    expect(parseExecutionInput({ from: '2026-11-23', to: '2026-11-23' })).toMatchObject(day);
    expect(parseExecutionInput({ from: '2026-11-22T08', to: '2026-11-23' })).toMatchObject({
      from: '2026-11-22T08',
      to: '2026-11-23T23',
    });
  });

  test('every form that the message names', () => {
    const forms = [...ACCEPTED_INPUT.matchAll(/\{[^}]*\}/g)].map(([form]) => form);
    expect(forms).toHaveLength(5);
    for (const form of forms) expect(() => parseExecutionInput(JSON.parse(form))).not.toThrow();
  });
});

describe('what is refused, with the reason', () => {
  test.each<[unknown, string]>([
    [{ Comment: 'Insert your JSON here' }, 'Comment'],
    [{ partitions: '2026-11-23T08' }, 'partitions'],
    [{ partition: '2026-11-23T08', from: '2026-11-23T08' }, 'from'],
    [{ partition: '2026-11-23T24' }, 'an hour in UTC'],
    [{ partition: '2026-11-23T08:30' }, 'an hour in UTC'],
    [{ partition: '2026-11-23T08:00+01:00' }, 'an hour in UTC'],
    [{ partition: '2026-11-23T8' }, 'an hour in UTC'],
    [{ partition: '2026-11' }, 'an hour in UTC'],
    [{ partition: '2026-02-30' }, 'an hour in UTC'],
    [{ partition: '2026-11-23T08\n' }, 'an hour in UTC'],
    [{ partition: '23.11.2026' }, 'or a day'],
    [{ Partition: '2026-11-23T08' }, 'Partition'],
    [{ partition: 8 }, 'expected string'],
    [{ partition: null }, 'expected string'],
    [{ partition: ['2026-11-23T08'] }, 'expected string'],
    [{ from: '2026-11-23T08' }, 'to: '],
    [{ to: '2026-11-23T08' }, 'from: '],
    [{ from: '2026-02-29T00', to: '2026-03-01T00' }, 'from: expected an hour in UTC'],
    [{ from: '2026-11-23T09', to: '2026-11-23T08' }, 'from (2026-11-23T09) is after to (2026-11-23T08)'],
    [{ plan: 'yes' }, 'plan: '],
    [{ dataset: 7 }, 'dataset: '],
    [{ dataset: null }, 'dataset: '],
    [[], 'expected object'],
    ['2026-11-23T08', 'expected object'],
    [null, 'expected object'],
    [undefined, 'expected object'],
  ])('%j', (input, problem) => {
    const error = loadErrorOf(() => parseExecutionInput(input));
    expect(error.name).toBe('InvalidInput');
    expect(error.reason).toContain(problem);
    expect(error.fix).toContain(ACCEPTED_INPUT);
  });

  test('an input that is too deep for JSON.stringify is also refused with a named error', () => {
    const deep: unknown = JSON.parse(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`);
    const error = loadErrorOf(() => parseExecutionInput(deep));
    expect(error.name).toBe('InvalidInput');
    expect(error.reason).toContain('with too many levels');
  });

  test('a huge input is shown in part', () => {
    const error = loadErrorOf(() => parseExecutionInput({ partition: 'x'.repeat(100_000) }));
    expect(error.reason.length).toBeLessThan(500);
  });
});
