import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { MOST_CONCURRENCY, MOST_PARTITIONS, mostFurtherCopies } from '../../core/execution-limits';
import { SECONDS_LEFT } from '../../functions/shared/warehouse';
import { functionDefinitions } from '../../resources/functions';
import { parseSettings } from '../../resources/settings';
import { mostEvents, type Workflow } from '../../testkit/execution-events';
import { ROOT } from '../../testkit/root';

const MACHINE = parse(readFileSync(join(ROOT, 'statemachines/load.asl.yml'), 'utf8'), {
  maxAliasCount: -1,
}) as Workflow & { readonly TimeoutSeconds: number };

/** Source: AWS Step Functions Developer Guide, "Service quotas". */
const QUOTA = 25_000;
/**
 * What an execution may have by its settings, with the retries of a step of each partition and of each group. The rest is
 * for retries that nobody foresees: more than three thousand further attempts of functions.
 */
const MOST_BY_SETTINGS = 14_000;

const { copyToStaging } = functionDefinitions(parseSettings('sluice', 'dev', 'us-east-1', {}, String));
const turnSeconds = (copyToStaging?.timeout ?? 0) - SECONDS_LEFT;
const turns = Math.ceil(MACHINE.TimeoutSeconds / turnSeconds);
const upTo = (most: number) => Array.from({ length: most }, (_, index) => index + 1);

test.each(upTo(MOST_CONCURRENCY))(
  'with max_concurrency %i no number of partitions brings an execution near the quota',
  (concurrency) => {
    for (const partitions of upTo(MOST_PARTITIONS)) {
      const furtherCopies = partitions * mostFurtherCopies(partitions);
      const work = { partitions, concurrency, furtherCopies, turns, retries: true };
      expect(mostEvents(MACHINE, work)).toBeLessThan(MOST_BY_SETTINGS);
    }
  },
);

test('finds a concurrency and a number of partitions that are too large', () => {
  const work = { partitions: 1, concurrency: 1, furtherCopies: 0, turns, retries: false };
  expect(mostEvents(MACHINE, { ...work, concurrency: 100 })).toBeGreaterThan(QUOTA);
  expect(mostEvents(MACHINE, { ...work, partitions: 600 })).toBeGreaterThan(QUOTA);
});
