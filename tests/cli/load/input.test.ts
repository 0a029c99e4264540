import { rangesOf } from '../../../cli/load/failed-hours';
import { loadRequest, type LoadOptions } from '../../../cli/load/input';
import { ordersDataset } from '../../core/orders';

const dataset = ordersDataset();
const NOW = new Date('2026-11-30T10:20:00Z');
const request = (options: LoadOptions) => loadRequest(options, dataset, NOW);

test.each<[LoadOptions, object]>([
  [{}, {}],
  [
    { plan: true, dataset: 'orders' },
    { plan: true, dataset: 'orders' },
  ],
  [{ time: '2026-11-23T08' }, { partition: '2026-11-23T08' }],
  [
    { time: '2026-11-23T08', plan: true },
    { partition: '2026-11-23T08', plan: true },
  ],
  [{ time: 'now-6h' }, { partition: '2026-11-30T04' }],
  [{ time: 'yesterday' }, { from: '2026-11-29T00', to: '2026-11-29T23' }],
  [
    { from: '2026-11-23', to: '2026-11-24' },
    { from: '2026-11-23T00', to: '2026-11-24T23' },
  ],
  // A plan is one execution, however long its range is.
  [
    { time: '2026-11', plan: true },
    { from: '2026-11-01T00', to: '2026-11-30T23', plan: true },
  ],
  [
    { time: '2026-11', plan: true, all: true },
    { from: '2026-11-01T00', to: '2026-11-30T23', due: true, plan: true },
  ],
])('%j is one execution with %j', (options, input) => {
  expect(request(options)).toEqual({ kind: options.plan ? 'plan' : 'execution', input });
});

test('what one execution does not take is as many as it takes, again or only what is due', () => {
  const november = { from: '2026-11-01T00', to: '2026-11-30T23' };
  expect(request({ time: '2026-11' })).toEqual({ kind: 'backfill', ranges: [november], due: false });
  expect(request({ time: '2026-11', all: true })).toEqual({
    kind: 'backfill',
    ranges: [november],
    due: true,
  });
  const years = { from: '2020-01-01T00', to: '2026-01-31T23' };
  expect(request({ from: '2020-01', to: '2026-01', all: true })).toMatchObject({ ranges: [years] });
});

test('what fails is loaded of all hours, or of a range', () => {
  expect(request({ failed: true })).toEqual({ kind: 'failed', range: {} });
  expect(request({ failed: true, time: '2026-11-23' })).toEqual({
    kind: 'failed',
    range: { from: '2026-11-23T00', to: '2026-11-23T23' },
  });
  expect(request({ failed: true, from: '2026-11-23' })).toMatchObject({ range: { from: '2026-11-23T00' } });
});

test.each<[LoadOptions, string]>([
  [{ time: '2026-11-31' }, '"2026-11-31" is no time that is known'],
  [{ time: '2026-11-20T08', from: '2026-11-20T08' }, 'not both'],
  [{ from: '2026-11-20T08' }, 'A range needs both'],
  [{ to: '2026-11-20T08', all: true }, 'A range needs both'],
  [{ from: '2026-11-20T09', to: '2026-11-20T08' }, 'is after --to'],
  [{ rows: true }, '--plan --rows'],
  [{ all: true }, '--all needs a TIME, or a range'],
  [{ failed: true, all: true }, '--failed has no --all'],
  [{ failed: true, plan: true }, '--failed has no --plan'],
  [{ from: '2020-01', to: '2026-01' }, 'add --all to load only what is due'],
  [{ from: '2020-01', to: '2026-01', plan: true, all: true }, 'is more than 366 days'],
])('%j is refused', (options, message) => {
  expect(() => request(options)).toThrow(message);
});

test('failing hours are loaded in ranges of those that follow each other', () => {
  expect(rangesOf(['2026-11-20T09', '2026-11-19T23', '2026-11-20T00', '2026-11-20T10'])).toEqual([
    { from: '2026-11-19T23', to: '2026-11-20T00' },
    { from: '2026-11-20T09', to: '2026-11-20T10' },
  ]);
  expect(rangesOf([])).toEqual([]);
});
