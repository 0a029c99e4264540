/**
 * What a month costs, counted on the local twin in virtual time, beside the textbook design.
 * `npm run bench:cost -- --json`, `npm run bench:cost -- --write`
 */
import { Command } from 'commander';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { Output } from '../cli/shared/output';
import { EXIT, runCommand } from '../reliability/shared/command';
import { ROOT } from '../testkit/root';

const PAGE = join(ROOT, 'docs/deploy.md');

const command = new Command('bench:cost')
  .description('Counts what a month costs, beside the textbook design. Some ten minutes.')
  .option('--json', 'one JSON document on stdout')
  .option('--write', 'write the table in docs/deploy.md');

runCommand<{ json?: boolean; write?: boolean }>(command, async ({ json = false, write = false }) => {
  // Loaded only here, because it takes a second, which wrong usage need not wait for.
  const { runDesign } = await import('./cost/run');
  const { documentOf } = await import('./cost/document');
  const { pageSection, terminalText, withSection } = await import('./cost/table');
  const output = new Output(json);
  const started = performance.now();
  const note = (text: string) =>
    output.note(`${Math.round((performance.now() - started) / 1_000)} s  ${text}`);
  // Each has a twin of its own, and mostly waits.
  const [Sluice, textbook] = await Promise.all([runDesign('Sluice', note), runDesign('textbook', note)]);
  const document = documentOf({ Sluice, textbook });
  output.document(document);
  if (!json) output.say(terminalText(document));
  if (write) {
    const page = withSection(
      readFileSync(PAGE, 'utf8'),
      pageSection(document, 'npm run bench:cost -- --write'),
    );
    const config = await resolveConfig(PAGE);
    writeFileSync(PAGE, await format(page, { ...config, filepath: PAGE }));
  }
  return document.aims.every(({ met }) => met) ? EXIT.right : EXIT.wrong;
});
