import { accessSync, constants, existsSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { STACK_OUTPUTS } from '../core/stack-outputs';
import { baseCapacityOf } from './certify/base-capacity';
import { Cleaning, type Left } from './certify/cleaning';
import { askPerson, checkConsent, Declined } from './certify/consent';
import { isCertified, sluiceVersion, type CertifyDocument, type Finding } from './certify/document';
import { chosenProbes, costsOf, costsText, needsOf } from './certify/plan';
import { groupOf, NEEDS, type Probe } from './certify/probe';
import { PROBES } from './certify/probes';
import { runProbes } from './certify/run-probe';
import { Site } from './certify/site';
import type { Work } from './run';
import { colours } from './shared/colours';
import { readOutputs, stackNameOf } from './shared/connect-stage';
import { isTwin, type Connection } from './shared/connection';
import { UsageError, type Output } from './shared/output';
import { startSpinner } from './shared/spinner';
import { plural } from './shared/text';

export interface CertifyOptions {
  readonly stage?: string;
  readonly only?: string;
  readonly plan?: boolean;
  readonly yes?: boolean;
  /** A file that keeps the document. */
  readonly out?: string;
  /** Default: asks on the terminal. */
  readonly ask?: (question: string, signal: AbortSignal) => Promise<boolean>;
}

/** `sluice certify`: finds out which assumptions about AWS hold in a deployment. */
export function certifying(options: CertifyOptions, all: readonly Probe[] = PROBES): Work<Connection> {
  const stop = new AbortController();
  let running: Promise<unknown> = Promise.resolve();
  const cleaning = new Cleaning();
  return {
    check: () => {
      chosenProbes(all, options.only);
      checkConsent(options);
      if (options.out !== undefined) checkWritable(options.out);
    },
    run: (connection, output) => {
      const probes = chosenProbes(all, options.only);
      const run = certify(connection, output, probes, options, cleaning, stop.signal);
      running = run.catch(() => {});
      return run;
    },
    interruption: {
      message: 'Interrupted: removing what the probes made.',
      stop: async () => {
        stop.abort();
        await running;
      },
      giveUp: () =>
        [
          'Interrupted again: ended at once.',
          ...cleaning.remaining.map(({ what, how }) => `${what} may be left.\n    Remove it: ${how}`),
        ].join('\n'),
    },
  };
}

/**
 * Runs the probes in a schema and under a prefix of their own, and removes both.
 * @returns the exit code: 0 if something could be tried, all of that holds, and nothing is left.
 * @throws Declined
 */
async function certify(
  connection: Connection,
  output: Output,
  probes: readonly Probe[],
  options: CertifyOptions,
  cleaning: Cleaning,
  signal: AbortSignal,
): Promise<number> {
  sayPlan(connection, output, probes, await baseCapacityOf(connection));
  const { stage, region } = connection;
  if (!isTwin(connection) && !options.yes) {
    const ask = options.ask ?? askPerson;
    if (!(await ask(`Run ${plural(probes.length, 'probe')} in stage ${stage} (${region})?`, signal)))
      throw new Declined('Nothing was run.');
  }
  const started = new Date();
  const { outputs } = await readOutputs(connection.settings, stackNameOf(stage));
  const site = new Site(connection, outputs.get(STACK_OUTPUTS.copyRoleArn) ?? '', cleaning, signal);
  const spinner = startSpinner(output, 'Trying');
  let findings: readonly Finding[];
  let left: readonly Left[];
  let isInterrupted: boolean;
  try {
    findings = await runProbes(probes, site, ({ name }) => spinner?.show(name));
    isInterrupted = signal.aborted;
    spinner?.show('Removing what the probes made');
    left = await cleaning.run();
  } finally {
    spinner?.stop();
  }
  const document: CertifyDocument = {
    ...{ sluice: sluiceVersion(), date: started.toISOString(), stage, region, twin: isTwin(connection) },
    seconds: Math.round((Date.now() - started.getTime()) / 1_000),
    ...{ probes: findings, left },
  };
  output.document(document);
  sayFindings(output, document, probes);
  if (isInterrupted) {
    if (options.out !== undefined) output.note(`The run was interrupted: ${options.out} is not written.`);
    return 1;
  }
  if (options.out !== undefined) writeFileSync(options.out, `${JSON.stringify(document, null, 2)}\n`);
  return isCertified(document) ? 0 : 1;
}

/** @throws UsageError if the file cannot be written: that must not show after ten minutes only */
function checkWritable(file: string): void {
  try {
    accessSync(existsSync(file) ? file : dirname(resolve(file)), constants.W_OK);
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${(error as Error).message}`);
  }
}

/** Says what the probes do, need and cost. */
function sayPlan(
  connection: Connection,
  output: Output,
  probes: readonly Probe[],
  capacity: number | undefined,
): void {
  const { stage, region } = connection;
  output.say(`${plural(probes.length, 'probe')} of assumptions about AWS, in stage ${stage} (${region}).`);
  output.say(
    'They make schemas, a database user, objects and state machines of their own, and remove all of them. They change no data of yours, and read none but the newest file of each stream.',
  );
  for (const need of needsOf(probes)) output.say(`  needs: ${NEEDS[need]}`);
  const where = isTwin(connection) ? 'nothing on the twin; on AWS ' : '';
  const streams = connection.datasets.filter(({ source }) => source.stream === 'firehose').length;
  output.say(`  costs: ${where}${costsText(probes, capacity, streams)}.`);
  if (capacity === undefined)
    output.say(
      '    The base capacity of the workgroup could not be read. At 128 RPU it is 16 times as much.',
    );
  output.say();
}

/** How an outcome is marked, and what several of them do. */
const OUTCOMES: Readonly<Record<Finding['outcome'], { readonly mark: string; readonly several: string }>> = {
  holds: { mark: colours.green('✔'), several: 'hold' },
  'does not hold': { mark: colours.red('✗'), several: 'do not hold' },
  'could not be tried': { mark: colours.yellow('–'), several: 'could not be tried' },
  failed: { mark: colours.red('!'), several: 'failed' },
};

function sayFindings(
  output: Output,
  { probes: findings, left }: CertifyDocument,
  probes: readonly Probe[],
): void {
  for (const [index, { name, assumption, outcome, seen, seconds }] of findings.entries()) {
    output.say(`${OUTCOMES[outcome].mark} ${name}: ${assumption}`);
    output.say(colours.dim(`    ${outcome} (${seconds} s): ${seen}`));
    if (outcome === 'does not hold') output.say(`    It matters: ${probes[index]?.matters ?? ''}`);
  }
  for (const { what, why, how } of left)
    output.say(`${OUTCOMES.failed.mark} ${what} is left: ${why}\n    Remove it: ${how}`);
  const counts = Object.entries(OUTCOMES).map(
    ([outcome, { several }]) =>
      `${findings.filter((finding) => finding.outcome === outcome).length} ${several}`,
  );
  output.say();
  output.say(`${plural(findings.length, 'assumption')}: ${counts.join(', ')}.`);
}

/** `--plan`: the probes with what each one needs and costs. Connects to nothing. */
export function runPlan(output: Output, options: Pick<CertifyOptions, 'only'>): number {
  const probes = chosenProbes(PROBES, options.only);
  const total = costsOf(probes);
  output.document({
    probes: probes.map(({ name, assumption, matters, needs, costs }) => ({
      ...{ name, assumption, matters, costs },
      needs: needs.map((need) => NEEDS[need]),
    })),
    costs: total,
  });
  for (const group of new Set(probes.map(groupOf))) {
    const own = probes.filter((probe) => groupOf(probe) === group);
    output.say(colours.bold(`${group} (${plural(own.length, 'probe')})`));
    for (const need of needsOf(own)) output.say(`  needs: ${NEEDS[need]}`);
    for (const { name, assumption, costs, shared } of own) {
      output.say(`  ${name}: ${assumption}`);
      output.say(
        colours.dim(`    ${countsText(costs)}${shared ? ', shared by the group, for each stream' : ''}`),
      );
    }
  }
  output.say();
  output.say(`Together: ${costsText(probes)}.`);
  return 0;
}

const countsText = ({ statements = 0, requests = 0, transitions = 0 }: Probe['costs']): string =>
  [
    ...(statements ? [plural(statements, 'statement')] : []),
    ...(requests ? [plural(requests, 'request')] : []),
    ...(transitions ? [plural(transitions, 'transition')] : []),
  ].join(', ');
