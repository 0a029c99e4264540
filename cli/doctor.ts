import { chooseDataset } from '../core/dataset';
import { STACK_OUTPUTS, USAGE_LIMIT_OUTPUT } from '../core/stack-outputs';
import { concurrency } from './doctor/concurrency';
import { copyRoleAccount, copyRoleAttached, copyRoleRights, copyRoleTrust } from './doctor/copy-role';
import { executionsSucceed } from './doctor/executions';
import { findingsOf, waiting, type Check, type Finding } from './doctor/finding';
import { grants } from './doctor/grants';
import { eventsArrive, hoursLoaded } from './doctor/hours';
import { keys } from './doctor/keys';
import { bucketPolicy, bucketRegion } from './doctor/lake';
import { lakeKey } from './doctor/lake-key';
import { ledger } from './doctor/ledger';
import { identity, schedule, stateMachine, subscription } from './doctor/operation';
import { siteOf } from './doctor/site';
import { strays } from './doctor/strays';
import { glueColumns, streamPrefix } from './doctor/stream';
import { usageLimit } from './doctor/usage-limit';
import { dataApi, stagingColumns, targetColumns, workgroup } from './doctor/warehouse';
import { colours } from './shared/colours';
import { readOutputs, stackNameOf } from './shared/connect-stage';
import type { Connection } from './shared/connection';
import type { Output } from './shared/output';
import { startSpinner } from './shared/spinner';
import { terminalWidth } from './shared/table';
import { plural } from './shared/text';
import { wrappedText } from './shared/wrapped-text';

/** What is checked, by what it is about. A check comes after those that have to pass before it. */
export const GROUPS: readonly { readonly title: string; readonly checks: readonly Check[] }[] = [
  { title: 'Account', checks: [identity] },
  {
    title: 'Lake and COPY role',
    checks: [
      ...[bucketRegion, copyRoleAccount, copyRoleTrust, copyRoleAttached, copyRoleRights],
      ...[lakeKey, bucketPolicy],
    ],
  },
  {
    title: 'Warehouse',
    checks: [workgroup, dataApi, grants, targetColumns, stagingColumns, keys, usageLimit],
  },
  { title: 'Stream', checks: [glueColumns, streamPrefix, eventsArrive, strays] },
  { title: 'Operation', checks: [stateMachine, concurrency, schedule, subscription] },
  { title: 'Hours', checks: [ledger, executionsSucceed, hoursLoaded] },
];

export const CHECKS: readonly Check[] = GROUPS.flatMap(({ checks }) => checks);

/** The document of `--json`: scripts rely on it. */
export interface DoctorDocument {
  readonly stage: string;
  readonly region: string;
  readonly findings: readonly Finding[];
}

export interface DoctorOptions {
  /** Default: all datasets. */
  readonly dataset?: string;
  /** Shows every finding. Default: what is wrong, and how much was checked. */
  readonly verbose?: boolean;
  /** Characters in a line. Default: the terminal's width. */
  readonly width?: number;
}

/**
 * Checks a deployment through the APIs of its services, before anything is loaded. Says how to fix whatever would make a
 * load fail. Changes nothing.
 * @returns the exit code: 1 if something needs fixing.
 */
export async function runDoctor(
  whole: Connection,
  output: Output,
  options: DoctorOptions = {},
): Promise<number> {
  const { stage, region, datasets } = whole;
  const connection: Connection =
    options.dataset === undefined
      ? whole
      : { ...whole, datasets: [chooseDataset(datasets, options.dataset)] };
  const { outputs } = await readOutputs(connection.settings, stackNameOf(stage));
  const site = siteOf(connection, datasets, {
    copyRoleArn: outputs.get(STACK_OUTPUTS.copyRoleArn) ?? '',
    statementsRoleArn: outputs.get(STACK_OUTPUTS.statementsRoleArn) ?? '',
    topicArn: outputs.get(STACK_OUTPUTS.topicArn) ?? '',
    scheduleGroup: outputs.get(STACK_OUTPUTS.scheduleGroup) ?? '',
    usageLimit: outputs.get(USAGE_LIMIT_OUTPUT),
  });
  const findings: Finding[] = [];
  const spinner = startSpinner(output, 'Checking');
  try {
    for (const check of CHECKS) {
      spinner?.show(check.title);
      const isWell = !check.after || isOk(findings, check.after);
      const found = isWell ? await findingsOf(check, site) : [waiting(check)];
      findings.push(...found);
    }
  } finally {
    spinner?.stop();
    site.close();
  }
  output.document({ stage, region, findings } satisfies DoctorDocument);
  if (!output.json) output.say(findingsText(findings, { stage, region }, options));
  return findings.every(({ ok }) => ok) ? 0 : 1;
}

const isOk = (findings: readonly Finding[], { title }: Check): boolean =>
  findings.every(({ check, ok }) => check !== title || ok);

/** What is wrong comes first, then what was checked, by what it is about. */
function findingsText(
  findings: readonly Finding[],
  { stage, region }: { readonly stage: string; readonly region: string },
  { verbose, width = terminalWidth() }: DoctorOptions,
): string {
  const wrong = findings.filter(({ ok }) => !ok);
  const place = `(stage ${stage}, ${region})`;
  const lines =
    wrong.length === 0
      ? [`${colours.green('✔')} ${plural(findings.length, 'thing')} checked, nothing to fix ${place}.`, '']
      : [
          `${colours.red('✗')} ${plural(findings.length, 'thing')} checked, ${wrong.length} to fix ${place}.`,
          ...wrong.flatMap((each) => ['', lineOf(each, width)]),
          '',
        ];
  for (const { title, checks } of GROUPS) {
    const titles = checks.map((check) => check.title);
    const found = findings.filter(({ check }) => titles.includes(check));
    const failed = found.filter(({ ok }) => !ok).length;
    const mark = failed > 0 ? colours.red('✗') : colours.green('✔');
    const counts = `${found.length} checked${failed > 0 ? `, ${failed} to fix` : ''}`;
    lines.push(`${mark} ${colours.bold(title.padEnd(TITLE_WIDTH))} ${counts}`);
    if (verbose)
      lines.push(...found.filter(({ ok }) => ok).map((each) => lineOf(each, width - 2).replace(/^/gm, '  ')));
  }
  if (!verbose) lines.push('', '--verbose shows every check.');
  return lines.join('\n');
}

const TITLE_WIDTH = Math.max(...GROUPS.map(({ title }) => title.length));

/** A fix is not wrapped: it is there to be copied. */
function lineOf({ check, subject, ok, text, fix }: Finding, width: number): string {
  const mark = ok ? colours.green('✔') : colours.red('✗');
  const line = wrappedText(`${check}: ${subject === '' ? '' : `${subject}: `}${text}`, width - 2);
  const first = `${mark} ${line.replaceAll('\n', '\n  ')}`;
  return fix === null ? first : `${first}\n    Fix: ${fix}`;
}
