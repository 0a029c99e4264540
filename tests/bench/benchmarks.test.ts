import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { atLeast, atMost, figure, type BenchDocument } from '../../bench/bench';
import { BENCHES } from '../../bench/benches';
import { svgOf } from '../../bench/chart';
import { pageOf } from '../../bench/page';
import { ROOT } from '../../testkit/root';

const DOCS = join(ROOT, 'docs');
const documents = JSON.parse(readFileSync(join(DOCS, 'benchmarks.json'), 'utf8')) as BenchDocument[];

test('a figure has the median of its rounds, the least and the greatest', () => {
  expect(figure('time', 's', [3, 1, 2])).toEqual({
    ...{ name: 'time', unit: 's', values: [3, 1, 2] },
    ...{ median: 2, minimum: 1, maximum: 3 },
  });
  expect(figure('time', 's', [4, 1, 2, 3]).median).toBe(2.5);
  expect(figure('time', 's', [1.23456]).values).toEqual([1.23]);
});

test.each([
  [2, true],
  [1.9, false],
])('an aim of at most %d is met: %s', (most, met) => {
  expect(atMost('time', most, figure('', 's', [1, 2, 3]))).toEqual({
    ...{ name: 'time', aim: `at most ${most} s`, value: 2, met },
  });
});

test.each([
  [2, true],
  [2.1, false],
])('an aim of at least %d is met: %s', (least, met) => {
  expect(atLeast('speed', least, figure('', '×', [1, 2, 3]))).toEqual({
    ...{ name: 'speed', aim: `at least ${least} ×`, value: 2, met },
  });
});

describe('docs/benchmarks.json', () => {
  test('has every bench, with what each round measured', () => {
    expect(documents.map(({ name }) => name)).toEqual(BENCHES.map(({ name }) => name));
    for (const { figures } of documents)
      for (const each of figures) expect(figure(each.name, each.unit, each.values)).toEqual(each);
  });

  test('says what holds each missed aim back', () => {
    const missed = documents.flatMap(({ name, aims }) =>
      aims.filter(({ met }) => !met).map((aim) => [name, aim.name]),
    );
    const explained = BENCHES.flatMap(({ name, heldBack }) =>
      Object.keys(heldBack).map((aim) => [name, aim]),
    );
    expect(explained).toEqual(expect.arrayContaining(missed));
  });

  test('is what the page and its charts are made from', () => {
    // Prettier widens the cells of tables.
    const squeezed = (page: string) => page.replace(/ +/g, ' ').replace(/-{3,}/g, '---');
    expect(squeezed(readFileSync(join(DOCS, 'benchmarks.md'), 'utf8'))).toBe(squeezed(pageOf(documents)));
    const charts = documents.flatMap((document) => document.charts);
    expect(readdirSync(join(DOCS, 'benchmarks')).sort()).toEqual(
      charts.map(({ file }) => `${file}.svg`).sort(),
    );
    for (const chart of charts)
      expect(readFileSync(join(DOCS, 'benchmarks', `${chart.file}.svg`), 'utf8')).toBe(svgOf(chart));
  });
});
