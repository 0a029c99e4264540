import { parseArgs } from 'node:util';
import { loadRequest } from '../../cli/load/input';
import { loadCommand, sluiceCommand } from '../../core/sluice-command';
import { ordersDataset } from './orders';

const DEV = { stage: 'dev', region: 'eu-west-1' };

test('a command names the stage and its Region, and for the twin nothing', () => {
  expect(sluiceCommand('status', DEV)).toBe('npx sluice status --stage dev --region eu-west-1');
  expect(sluiceCommand('status', null)).toBe('npx sluice status');
});

test.each<[unknown, string | undefined]>([
  [{}, 'load'],
  [{ dataset: 'trips' }, 'load --dataset trips'],
  [{ plan: true }, 'load --plan'],
  [{ partition: '2026-11-23T08', dataset: 'trips' }, 'load 2026-11-23T08 --dataset trips'],
  [{ from: '2026-11-23T08', to: '2026-11-23T10' }, 'load --from 2026-11-23T08 --to 2026-11-23T10'],
  [
    { from: '2026-11-23T08', to: '2026-11-23T10', due: true },
    'load --from 2026-11-23T08 --to 2026-11-23T10 --all',
  ],
  [
    { from: '2026-11-23T08', to: '2026-11-23T08', due: true },
    'load --from 2026-11-23T08 --to 2026-11-23T08 --all',
  ],
  [
    { from: '2026-11-23T08', to: '2026-11-23T10', due: true, plan: true },
    'load --from 2026-11-23T08 --to 2026-11-23T10 --all --plan',
  ],
  // A shell would read another name.
  [{ dataset: '$(rm -rf .)' }, undefined],
  [{ dataset: '' }, undefined],
  [{ partition: 'yesterday' }, undefined],
  [null, undefined],
])('the command that starts an execution with %j', (input, command) => {
  expect(loadCommand(input, null)).toBe(command === undefined ? undefined : `npx sluice ${command}`);
});

test.each([
  {},
  { dataset: 'trips' },
  { plan: true },
  { partition: '2026-11-23T08', dataset: 'trips' },
  { from: '2026-11-23T08', to: '2026-11-23T10', plan: true },
  { from: '2026-11-23T08', to: '2026-11-23T10', due: true, plan: true },
])('the command line makes of the command the input %j again', (input) => {
  const words = loadCommand(input, null)?.split(' ').slice(3) ?? [];
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      ...{ from: { type: 'string' }, to: { type: 'string' }, dataset: { type: 'string' } },
      ...{ plan: { type: 'boolean' }, all: { type: 'boolean' } },
    },
  });
  const [time] = positionals;
  const options = { ...values, ...(time === undefined ? {} : { time }) };
  expect(loadRequest(options, ordersDataset(), new Date())).toMatchObject({ input });
});
