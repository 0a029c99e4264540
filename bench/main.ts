/**
 * Measures how Sluice compares with the bare work, as ratios of runs in turn, and writes docs/benchmarks.json, and from it
 * docs/benchmarks.md with its charts. `npm run bench`, `npm run bench -- merge --rounds 5 --dry-run`
 */
import { Argument, Command } from 'commander';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { Output } from '../cli/shared/output';
import { renderTable } from '../cli/shared/table';
import { EXIT, runCommand, wholeNumber } from '../reliability/shared/command';
import { ROOT } from '../testkit/root';
import { measured, type BenchDocument } from './bench';
import { BENCHES } from './benches';

const DOCUMENT = join(ROOT, 'docs/benchmarks.json');
const PAGE = join(ROOT, 'docs/benchmarks.md');
const CHARTS = join(ROOT, 'docs/benchmarks');

const NAMES = BENCHES.map(({ name }) => name);
const command = new Command('bench')
  .description(
    'Measures Sluice beside the bare work, and writes docs/benchmarks.json and docs/benchmarks.md.',
  )
  .addArgument(new Argument('[names...]', 'default: all').choices(NAMES))
  .option('--rounds <count>', 'default: each bench has its own', wholeNumber(1, 100))
  .option('--dry-run', 'write nothing');

runCommand<{ rounds?: number; dryRun?: boolean }>(command, async ({ rounds, dryRun = false }) => {
  const names = command.processedArgs[0] as readonly string[];
  const output = new Output(false);
  const started = performance.now();
  const found: BenchDocument[] = [];
  for (const bench of BENCHES.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const note = (text: string) =>
      output.note(`${Math.round((performance.now() - started) / 1_000)} s  ${bench.name}: ${text}`);
    const document = await measured(bench, rounds ?? bench.rounds, note);
    found.push(document);
    output.say(textOf(document));
    // One that fails must not take with it what the others have measured.
    if (!dryRun) await write(document);
  }
  return found.every(({ aims }) => aims.every(({ met }) => met)) ? EXIT.right : EXIT.wrong;
});

function textOf({ figures, aims }: BenchDocument): string {
  return [
    renderTable(
      ['figure', 'median', 'least', 'greatest'],
      figures.map(({ name, unit, median, minimum, maximum }) => [
        name,
        `${median} ${unit}`,
        String(minimum),
        String(maximum),
      ]),
    ),
    '',
    renderTable(
      ['aim', '', 'median', 'met'],
      aims.map(({ name, aim, value, met }) => [name, aim, String(value), met ? 'yes' : 'no']),
    ),
  ].join('\n');
}

async function write(document: BenchDocument): Promise<void> {
  // Loaded only here: wrong usage need not wait for it.
  const [{ pageOf }, { svgOf }] = await Promise.all([import('./page'), import('./chart')]);
  const before = existsSync(DOCUMENT) ? (JSON.parse(readFileSync(DOCUMENT, 'utf8')) as BenchDocument[]) : [];
  const documents = NAMES.flatMap((name) => [document, ...before].find((each) => each.name === name) ?? []);
  mkdirSync(CHARTS, { recursive: true });
  for (const chart of documents.flatMap(({ charts }) => charts))
    writeFileSync(join(CHARTS, `${chart.file}.svg`), svgOf(chart));
  await writeFormatted(DOCUMENT, JSON.stringify(documents));
  await writeFormatted(PAGE, pageOf(documents));
}

async function writeFormatted(path: string, text: string): Promise<void> {
  writeFileSync(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}
