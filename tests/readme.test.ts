import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { preProcessFile } from 'typescript';
import { parse } from 'yaml';
import { OUTCOME_FIX } from '../core/diagnosis';
import { FATAL_ERRORS, TRANSIENT_ERRORS } from '../core/errors';
import { metricsOf } from '../core/metrics';
import { anchorOf } from '../core/runbook';
import { STEP_NAMES, STEPS, type StepName } from '../core/steps';
import { alarmIds } from '../resources/alarms';
import { PARAMETERS, parseSettings } from '../resources/settings';
import { readDatasets } from '../service/datasets';
import { COMMANDS, OPTIONS_OF_ALL, unknownUses, usesOfCommand } from '../testkit/command-uses';
import { ROOT } from '../testkit/root';

/** Checks that the pages agree with the code. */
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'local/README.md',
  ...readdirSync(join(ROOT, 'docs')).map((file) => `docs/${file}`),
]
  .filter((path) => path.endsWith('.md'))
  .map((path) => ({ path, text: read(path) }));
const README = read('README.md');
const ERRORS: readonly string[] = [...TRANSIENT_ERRORS, ...FATAL_ERRORS];

const kebab = (name: string) => name.replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();

/** The rows of a table in a page, as cells. The head identifies the table. A pipe in a cell is written as `\|`. */
function tableRows(head: RegExp, page = README): string[][] {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => head.test(line));
  if (start < 0) throw new Error(`The page has no table with the head ${head.source}.`);
  const below = lines.slice(start + 2);
  const end = below.findIndex((line) => !line.startsWith('|'));
  return below.slice(0, end < 0 ? undefined : end).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
}

/** Targets of Markdown links, except links to other sites. */
function links(text: string): string[] {
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** Read by commands, not by steps. */
const OF_COMMANDS = [
  'sql/load-history.sql',
  'sql/migrate.sql',
  'sql/repeated-keys.sql',
  'sql/rows-in-target.sql',
];

describe('the table of the steps', () => {
  interface StateMachine {
    readonly States: Readonly<Record<string, { readonly ItemProcessor?: StateMachine }>>;
  }
  const machine = parse(read('statemachines/load.asl.yml'), { maxAliasCount: -1 }) as StateMachine;
  const states = Object.entries(machine.States).flatMap(([name, { ItemProcessor: inMap }]) => [
    name,
    ...Object.keys(inMap?.States ?? {}),
  ]);
  const rows = tableRows(/^\| state +\| function +\| SQL +\| named errors +\|$/);

  test('what to do about an unknown outcome is said in the same words everywhere', () => {
    for (const path of ['README.md', 'statemachines/load.asl.yml']) expect(read(path)).toContain(OUTCOME_FIX);
  });

  test('has the steps in the order of a load', () => {
    const steps: readonly string[] = STEP_NAMES;
    expect(rows.map(([state]) => state)).toEqual(steps);
    expect(states.filter((state) => steps.includes(state))).toEqual(steps);
  });

  test.each(rows)(
    '%s has the function and the SQL file with its name, and names errors that exist',
    (state, code, sql, errors) => {
      const stem = kebab(state ?? '');
      expect(links(code ?? '')).toEqual([`functions/${stem}.ts`]);
      const inRow = links(sql ?? '');
      expect(inRow[0]).toBe(STEPS[state as StepName].sql ? `sql/${stem}.sql` : undefined);
      if (inRow.length === 0) expect(sql).toBe('none');
      // The function reads every SQL file that the row names, and no other.
      const readByFunction = [...imported(`functions/${stem}.ts`)].flatMap((path) =>
        [...read(path).matchAll(/tatementsOf\(\s*[\w.]*ackageDirectory,\s*'([\w-]+)'/g)].map(
          ([, name]) => `sql/${name}.sql`,
        ),
      );
      expect([...inRow].sort()).toEqual([...new Set(readByFunction)].sort());
      const named = (errors ?? '').match(/\b(?:[A-Z][a-z]+){2,}\b/g) ?? [];
      const sources = [...imported(`functions/${stem}.ts`)]
        .filter((path) => path !== 'core/errors.ts')
        .map(read);
      for (const error of named) {
        expect(ERRORS).toContain(error);
        expect(sources.some((source) => source.includes(`'${error}'`))).toBe(true);
      }
      // These must not fail the execution.
      if (!['DiagnoseFailure', 'SweepLeftovers', 'ReportLoad'].includes(state ?? ''))
        expect(named).not.toEqual([]);
    },
  );

  test('names every file of sql/', () => {
    // The command reads this file, not a step.
    const files = readdirSync(join(ROOT, 'sql'))
      .map((file) => `sql/${file}`)
      .filter((file) => !OF_COMMANDS.includes(file));
    const named = new Set(rows.flatMap(([, , sql]) => links(sql ?? '')));
    expect([...named].sort()).toEqual(files.sort());
  });
});

test('the picture shows every step, in the order of a load', () => {
  const [, picture = ''] = /```\n([^]*?state machine `load`[^]*?)```/.exec(README) ?? [];
  const inPicture = STEP_NAMES.map((name) => picture.indexOf(name)).filter((place) => place >= 0);
  expect(inPicture).toHaveLength(STEP_NAMES.length);
  expect(inPicture).toEqual(inPicture.toSorted((left, right) => left - right));
});

test.each(ERRORS)('the pages explain the error %s', (error) => {
  const pages = PAGES.filter(({ text }) => new RegExp(`\\b${error}\\b`).test(text));
  expect(pages.map(({ path }) => path)).not.toEqual([]);
});

describe.each(PAGES)('$path', ({ path, text }) => {
  const directory = dirname(path);

  test('has no broken link', () => {
    const broken = links(text).filter((target) => {
      const [file = '', anchor] = target.split('#');
      const to = file === '' ? path : join(directory, file);
      return !existsSync(join(ROOT, to)) || (anchor !== undefined && !anchors(read(to)).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  test('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...text.matchAll(/npm (?:run )(?:--silent )?([\w:]+)/g)].map(([, script]) => script ?? '');
    expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
    if (/npm test\b/.test(text)) expect(scripts).toHaveProperty('test');
  });

  test('names only subcommands and options that the command has', () => {
    expect(unknownUses(usesOfCommand(text))).toEqual([]);
  });

  test('has no placeholder and no TODO', () => {
    expect(text).not.toMatch(/@@\w+@@|\bTODO\b|\bTBD\b/);
  });
});

test('the table of the command has every subcommand with every option of its own', () => {
  const rows = tableRows(/^\| command +\| +\|$/).map(([usage]) => usage ?? '');
  const told = new Map(
    rows.flatMap((usage) => usesOfCommand(usage)).map(({ subcommand, options }) => [subcommand, options]),
  );
  expect([...told.keys()].sort()).toEqual([...COMMANDS.keys()].sort());
  for (const [subcommand, known] of COMMANDS) {
    const own = known.filter((option) => !OPTIONS_OF_ALL.includes(option));
    // The number of shown rows is a detail for --help.
    const detail = subcommand === 'inspect' ? ['--rows'] : [];
    expect([...(told.get(subcommand) ?? []), ...detail].sort()).toEqual([...own].sort());
  }
  for (const option of OPTIONS_OF_ALL) expect(README).toContain(`\`${option}\``);
});

describe('docs/deploy.md', () => {
  const page = read('docs/deploy.md');

  test('explains every parameter', () => {
    const explained = tableRows(/^\| parameter +\| what it is +\|$/, page).map(([name]) => name);
    expect(explained).toEqual(Object.keys(PARAMETERS).map((name) => `\`${name}\``));
  });

  test('adds the costs up', () => {
    const rows = tableRows(/^\| +\| 1 million rows +\| 100 million +\| 10,000 million +\|$/, page);
    const dollars = (cells: readonly string[]) =>
      cells.slice(1).map((cell) => Number(cell.replaceAll(/[$*,]/g, '')));
    const parts = rows.filter(([name]) => name !== 'rows an hour' && name !== '**together**').map(dollars);
    const sums = [0, 1, 2].map((column) =>
      Math.round(parts.reduce((sum, part) => sum + (part[column] ?? NaN), 0)),
    );
    expect(parts.length).toBeGreaterThan(5);
    expect(dollars(rows.at(-1) ?? [])).toEqual(sums);
  });

  test('counts the metrics and the alarms in the costs of a dataset', () => {
    const trips = readDatasets(ROOT).find(({ name }) => name === 'trips');
    if (!trips) throw new Error('there is no dataset trips');
    const settings = parseSettings('sluice', 'dev', 'us-east-1', {}, (name) => name);
    const second = { ...trips, name: 'rides' };
    const alarms = alarmIds(settings, [trips]).length;
    const metrics = metricsOf(1);
    expect(page).toContain(`${metrics} metrics and ${alarms} alarms for a dataset`);
    expect(page).toContain(
      `adds ${metrics} × $0.30 + ${alarmIds(settings, [trips, second]).length - alarms} × $0.10`,
    );
  });
});

/** A source file and all files of the service that it imports, directly or indirectly. */
function imported(path: string, found = new Set<string>()): Set<string> {
  found.add(path);
  for (const { fileName } of preProcessFile(read(path)).importedFiles) {
    const target = `${join(dirname(path), fileName)}.ts`;
    if (fileName.startsWith('.') && !found.has(target)) imported(target, found);
  }
  return found;
}

/** The anchors of a page's headings. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
}
