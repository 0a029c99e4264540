import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { costsOf, costsText, needsOf } from '../../../cli/certify/plan';
import { groupOf, NEEDS, type Probe } from '../../../cli/certify/probe';
import { PROBES } from '../../../cli/certify/probes';
import { UNTRIED } from '../../../cli/certify/untried';
import { CASTS } from '../../../local/behaviour/casts';
import { COMPARISONS } from '../../../local/behaviour/comparisons';
import { COPY_RULES, FILE_FORMS } from '../../../local/behaviour/copy-rules';
import { TYPE_PAIRS } from '../../../local/behaviour/copy-types';
import { FIREHOSE_VALUES } from '../../../local/behaviour/firehose-values';
import { LIMITS } from '../../../local/behaviour/limits';
import type { Known } from '../../../local/behaviour/outcome';
import { SQL_RIGHTS } from '../../../local/behaviour/sql-rights';
import { ROOT } from '../../../testkit/root';

/**
 * docs/certify.md lists the probes, and what no probe tries. To write the lists anew after a change:
 * `WRITE_README=1 npx jest tests/cli/certify/page`, then Prettier.
 */
const PATH = join(ROOT, 'docs/certify.md');
const GROUPS = [...new Set(PROBES.map(groupOf))];

const ofGroup = (group: string) => PROBES.filter((probe) => groupOf(probe) === group);
const costs = (name: string, probes: readonly Probe[]) => {
  const { statements, requests, transitions } = costsOf(probes);
  return `| ${name} | ${needsOf(probes).join(', ')} | ${statements} | ${requests} | ${transitions} |`;
};

const LISTS: Readonly<Record<string, readonly string[]>> = {
  needs: Object.entries(NEEDS).map(([need, text]) => `- ${need}: ${text}`),
  costs: [
    '| group | needs | SQL statements | S3 requests | transitions |',
    '| --- | --- | ---: | ---: | ---: |',
    ...GROUPS.map((group) => costs(group, ofGroup(group))),
    costs('all', PROBES),
  ],
  together: [`Together: ${costsText(PROBES)}.`],
  probes: [
    '| probe | assumption | where it matters |',
    '| --- | --- | --- |',
    ...PROBES.map(({ name, assumption, matters }) => `| ${name} | ${assumption} | ${matters} |`),
  ],
  untried: UNTRIED.map(({ what, why }) => `- ${what} ${why}`),
};

const listed = (name: string) => new RegExp(`(<!-- ${name} -->)[^]*?(<!-- end -->)`);

/** Lines without the padding and the escapes that the formatter adds. */
const plain = (text: string) =>
  text
    .split('\n')
    .map((line) =>
      line
        .replace(/\s*\|\s*/g, '|')
        .replace(/-{3,}/g, '---')
        .replace(/\\([*_~])/g, '$1'),
    )
    .filter((line) => line !== '');

test.each(Object.entries(LISTS))('docs/certify.md has the list: %s', (name, lines) => {
  if (process.env.WRITE_README) {
    const page = readFileSync(PATH, 'utf8');
    const text = lines.join('\n');
    writeFileSync(
      PATH,
      page.replace(listed(name), (_, start: string, end: string) => `${start}\n\n${text}\n\n${end}`),
    );
  }
  const [text = ''] = listed(name).exec(readFileSync(PATH, 'utf8')) ?? [];
  expect(plain(text).slice(1, -1)).toEqual(plain(lines.join('\n')));
});

const TABLES: Readonly<Record<string, readonly Known[]>> = {
  ...{ CASTS, COMPARISONS, COPY_RULES, FILE_FORMS, FIREHOSE_VALUES, LIMITS, SQL_RIGHTS, TYPE_PAIRS },
};

test.each(Object.entries(TABLES))('every unproven row of %s has a probe, or a reason why not', (_, rows) => {
  const covered = PROBES.flatMap(({ covers = [] }) => covers);
  const untried = UNTRIED.flatMap((each) => each.rows);
  for (const row of rows.filter(({ proven }) => !proven)) {
    const times = [covered, untried].map((list) => list.filter((each) => each === row).length);
    expect([row, times]).toEqual([row, times[1] === 0 ? [1, 0] : [0, 1]]);
  }
});

test('every difference of the twin that is unproven has a probe, or a reason why not', () => {
  const page = readFileSync(join(ROOT, 'local/README.md'), 'utf8').replace(listed('unproven'), '');
  const [, differences = ''] = page.split('## Differs from AWS');
  const bullets = differences.split('\n').filter((line) => line.startsWith('- ') && /unproven/i.test(line));
  const words = [
    ...PROBES.flatMap(({ settles = [] }) => settles),
    ...UNTRIED.flatMap((each) => each.words ?? []),
  ];
  expect(bullets.length).toBeGreaterThan(3);
  expect(bullets.filter((bullet) => !words.some((each) => bullet.includes(each)))).toEqual([]);
  expect(words.filter((each) => !bullets.some((bullet) => bullet.includes(each)))).toEqual([]);
});

test('a probe has a name of its own, and says where in Sluice it matters', () => {
  const names = PROBES.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  for (const { name, matters } of PROBES) {
    expect(name).toMatch(/^[a-z-]+\/[\p{Ll}0-9.-]+$/u);
    const paths = matters.match(/\b(?:core|functions|cli|sql|docs|statemachines)\/[\w/.-]+\.\w+/g) ?? [];
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  }
});
