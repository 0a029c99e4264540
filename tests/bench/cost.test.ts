import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aimsOf } from '../../bench/cost/aims';
import { figuresOf, ratiosOf, type Use } from '../../bench/cost/counted';
import { documentOf } from '../../bench/cost/document';
import type { Uses } from '../../bench/cost/run';
import { SCENARIO_NAMES, SCENARIOS, type ScenarioName } from '../../bench/cost/scenarios';
import { pageSection, terminalText, withSection } from '../../bench/cost/table';
import { statementsOf, tablesOf } from '../../bench/cost/textbook/statements';
import { dollarsOfRpuSeconds, PRICES } from '../../core/prices';
import { ROOT } from '../../testkit/root';

/** An hour with so many transitions; the warehouse wakes up once if there are more than ten. */
function hour(transitions: number): Use {
  const isAwake = transitions > 10;
  return {
    counts: {
      transitions,
      functions: {
        a: { calls: 2, duration_ms: 900, mb_ms: 512 * 1_000 },
        b: { calls: 1, duration_ms: 900, mb_ms: 1_024 * 1_000 },
      },
      data_api: isAwake ? { ExecuteStatement: 1, BatchExecuteStatement: 2, DescribeStatement: 5 } : {},
      s3: { ListObjectsV2: { requests: 3, bytes: 0 }, GetObject: { requests: 4, bytes: 100 } },
    },
    warehouse: {
      capacity: 8,
      wake_ups: isAwake ? 1 : 0,
      used_rpu_seconds: isAwake ? 16 : 0,
      billed_rpu_seconds: isAwake ? 480 : 0,
    },
  };
}

const uses = (change: Partial<Record<ScenarioName, readonly Use[]>> = {}): Uses => ({
  ...(Object.fromEntries(SCENARIO_NAMES.map((name) => [name, [hour(15)]])) as unknown as Uses),
  idle: [hour(5)],
  ...change,
});

const DOLLARS =
  dollarsOfRpuSeconds(480) +
  20 * PRICES.transition +
  3 * PRICES.lambda_request +
  1.5 * PRICES.lambda_gb_second +
  3 * PRICES.s3_request.put +
  4 * PRICES.s3_request.get;

test('the figures of an hour are its counts, and their dollars are those of a month of such hours', () => {
  expect(figuresOf([hour(20)], { of: 'hour' })).toEqual({
    transitions: 20,
    lambda_calls: 3,
    gb_seconds: 1.5,
    submits: 3,
    other_data_api_calls: 5,
    s3_requests: 7,
    wake_ups: 1,
    warehouse_seconds: 60,
    month_dollars: expect.closeTo(DOLLARS * 730) as number,
  });
});

test('a month is 730 ÷ n times n hours, whatever n is', () => {
  const figures = figuresOf([hour(20), hour(10)], { of: 'month' });
  expect(figures).toMatchObject({ transitions: 15 * 730, wake_ups: 365, warehouse_seconds: 60 * 365 });
  const more = figuresOf([hour(20), hour(10), hour(20), hour(10)], { of: 'month' });
  for (const [name, figure] of Object.entries(more))
    expect(figure).toBeCloseTo(figures[name as keyof typeof figures], 6);
});

test('a figure that the textbook does not have has no ratio', () => {
  const [left, right] = [figuresOf([hour(30)], { of: 'hour' }), figuresOf([hour(10)], { of: 'hour' })];
  expect(ratiosOf(left, right)).toMatchObject({ transitions: 3, wake_ups: null, submits: null });
  expect(ratiosOf(right, left)).toMatchObject({ wake_ups: 0, warehouse_seconds: 0 });
});

describe('the aims', () => {
  const missed = (of: Uses) =>
    aimsOf(of)
      .filter(({ met }) => !met)
      .map(({ aim, found }) => [aim, found]);

  test('are met at their limits', () => {
    expect(missed(uses({ hourly: [hour(18)], one: [hour(18)], slow: [hour(78)] }))).toEqual([]);
  });

  test.each<[Partial<Record<ScenarioName, readonly Use[]>>, readonly unknown[]]>([
    [{ idle: [hour(5), hour(6)] }, ['transitions of an idle execution', 6]],
    [{ hourly: [hour(18), hour(19), hour(11)] }, ['transitions for a new partition', 19]],
    [{ slow: [hour(76)] }, ['further transitions for a COPY of ten minutes', 61]],
  ])('are missed if one hour of many misses them: %#', (change, expected) => {
    expect(missed(uses(change))).toEqual([expected]);
  });

  test('an idle month that wakes the warehouse once misses three', () => {
    const idle = [...Array.from({ length: 729 }, () => hour(5)), hour(11)];
    expect(missed(uses({ idle }))).toEqual([
      ['statements of an idle month', 3],
      ['wake-ups of an idle month', 1],
      ['transitions of an idle execution', 11],
    ]);
  });
});

describe('what is printed', () => {
  const idle = Array.from({ length: 730 }, () => hour(5));
  const document = documentOf({ Sluice: uses({ idle }), textbook: uses({ idle: [hour(20), hour(20)] }) });

  test('has the two designs of each scenario side by side, with their ratio, and says what was run', () => {
    const lines = terminalText(document, 400).split('\n');
    const at = lines.findIndex((line) => line.startsWith('nothing new'));
    expect(lines[at]).toBe('nothing new (a month: all 730 and 2 hours run)');
    const cells = lines.slice(at + 1, at + 4).map((line) => line.trim().split(/ {2,}/));
    expect(cells[0]!.slice(0, 2)).toEqual(['Sluice', '3,650']);
    expect(cells[1]!.slice(0, 2)).toEqual(['textbook', '14,600']);
    expect(cells[2]!.slice(0, 2)).toEqual(['Sluice ÷ textbook', '0.25']);
    expect(lines.filter((line) => line.startsWith('✔ met'))).toHaveLength(document.aims.length);
  });

  test('an aim that is not met is named with its number', () => {
    const { aims } = documentOf({ Sluice: uses({ hourly: [hour(24)] }), textbook: uses() });
    expect(terminalText({ ...document, aims }, 400)).toContain(
      '✖ not met: transitions for a new partition: 24, at most 18',
    );
  });

  test('replaces the table of a page, and nothing else', () => {
    const section = pageSection(document, 'a command');
    const page = withSection('before\n<!-- cost -->\nold\n<!-- end -->\nafter\n<!-- end -->', section);
    expect(page).toBe(`before\n<!-- cost -->\n\n${section}\n\n<!-- end -->\nafter\n<!-- end -->`);
    expect(withSection(page, section)).toBe(page);
    expect(() => withSection('no marks', section)).toThrow('no <!-- cost -->');
  });

  test('docs/deploy.md has a table of all scenarios', () => {
    const page = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8');
    const [, table = ''] = /<!-- cost -->([^]*?)<!-- end -->/.exec(page) ?? [];
    const names = [...table.matchAll(/^\| (\S.*?) \((?:a month|an hour|all of them)/gm)].map(
      ([, name]) => name,
    );
    expect(names).toEqual(Object.values(SCENARIOS).map(({ name }) => name));
  });
});

test('the textbook design is written for trips’ columns', () => {
  const input = { dataset: 'trips', partition: '2026-11-23T08', prefix: 'trips/' };
  const [, insert] = statementsOf('merge', input, 'lake', 'role');
  const names = /\(([^)]+)\)/.exec(insert!)![1]!.split(/,\s*/);
  const yaml = readFileSync(join(ROOT, 'datasets/trips.yml'), 'utf8');
  expect(names).toEqual([...yaml.matchAll(/\{ name: (\w+)/g)].map(([, name]) => name));
  expect(tablesOf(['trips'])).toHaveLength(4);
});
