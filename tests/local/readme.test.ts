import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cloudWatchSupport } from '../../local/cloudwatch/support';
import { FAULT_TYPES, parseRules } from '../../local/faults/fault-rule';
import { firehoseSupport } from '../../local/firehose/support';
import { iamSupport } from '../../local/iam/support';
import { lambdaSupport } from '../../local/lambda/support';
import { redshiftDataDifferences, redshiftDataSupport } from '../../local/redshift-data/support';
import { s3Support } from '../../local/s3/support';
import { snsSupport } from '../../local/sns/support';
import { stackSupport } from '../../local/stack/support';
import { stepFunctionsSupport } from '../../local/step-functions/support';

/** Holds local/README.md to the twin's own lists, in both directions. */
const LOCAL = join(__dirname, '../../local');
const README = readFileSync(join(LOCAL, 'README.md'), 'utf8');

const SERVICES = {
  S3: s3Support,
  Firehose: firehoseSupport,
  'Redshift Data API': redshiftDataSupport,
  'Step Functions': stepFunctionsSupport,
  SNS: snsSupport,
  Lambda: lambdaSupport,
  'IAM and STS': iamSupport,
  CloudWatch: cloudWatchSupport,
  'Deployed resources': stackSupport,
} as const;

/** The text below a heading, up to the next heading of its level or a higher one. */
function section(text: string, heading: string): string {
  const level = heading.indexOf(' ');
  const start = text.indexOf(`\n${heading}\n`);
  if (start < 0) throw new Error(`local/README.md has no heading "${heading}".`);
  const below = text.slice(start + heading.length + 2);
  const end = below.search(new RegExp(`^#{1,${level}} `, 'm'));
  return end < 0 ? below : below.slice(0, end);
}

/** The cells of a table's rows without its header. A cell may contain `\|`. */
function rows(text: string): string[][] {
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
}

/** Each row names a group, then its entries. */
const entries = (text: string) => rows(text).flatMap(([, list = '']) => list.split(' · '));
const bullets = (text: string) => [...text.matchAll(/^- (.*)$/gm)].map(([, bullet]) => bullet);

/** Prettier escapes characters that Markdown would read as emphasis. */
const plain = (text: string) => text.replace(/\\([*_~])/g, '$1');

describe.each(Object.entries(SERVICES))('%s', (service, { supported, refused }) => {
  const page = section(README, `## ${service}`);

  test.each([
    ['Supported', supported],
    ['Refused', refused],
  ] as const)('%s: the page and the list hold the same entries, each once', (heading, list) => {
    const listed = entries(section(page, `### ${heading}`)).map(plain);
    expect([...listed].sort()).toEqual([...list].sort());
  });

  test('lists differences from AWS', () => {
    expect(bullets(section(page, '### Differences'))).not.toEqual([]);
  });
});

test('the page covers exactly the services that have a support list', () => {
  const withTables = [...README.matchAll(/^## (.+)$/gm)]
    .map(([, heading = '']) => heading)
    .filter((heading) => section(README, `## ${heading}`).includes('\n### Supported\n'));
  expect(withTables).toEqual(Object.keys(SERVICES));
});

test('the page and the list have the same differences from Redshift', () => {
  const page = section(section(README, '## Redshift Data API'), '### Differences');
  expect(bullets(page)).toEqual([...redshiftDataDifferences]);
});

test('the example’s fault rules are valid', () => {
  const [, example = ''] = /```json\n([\s\S]*?)```/.exec(section(README, '## Faults')) ?? [];
  const rules = parseRules(JSON.parse(example));
  expect(rules.length).toBeGreaterThan(0);
});

test('the page explains every type of fault, and no other', () => {
  const types = FAULT_TYPES.map((type) => `\`${type}\``);
  const explained = rows(section(README, '## Faults')).map(([type]) => type);
  expect(types.length).toBeGreaterThan(0);
  expect([...explained].sort()).toEqual([...types].sort());
});

test('the control surface has the routes that the twin serves', () => {
  const server = readFileSync(join(LOCAL, 'serve.ts'), 'utf8');
  const served = [...server.matchAll(/'((?:GET|PUT|POST|DELETE) \/_sluice\/\w+)':/g)].map(
    ([, route]) => `\`${route}\``,
  );
  const listed = rows(section(README, '## Control surface')).map(([route]) => route);
  expect(served.length).toBeGreaterThan(0);
  expect([...listed].sort()).toEqual([...served].sort());
});
