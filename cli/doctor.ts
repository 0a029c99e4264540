import { chooseDataset } from '../core/dataset';
import { STACK_OUTPUTS, USAGE_LIMIT_OUTPUT } from '../core/stack-outputs';
import { concurrency } from './doctor/concurrency';
import { copyRoleAccount, copyRoleAttached, copyRoleRights, copyRoleTrust } from './doctor/copy-role';
import { findingsOf, waiting, type Check, type Finding } from './doctor/finding';
import { grants } from './doctor/grants';
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
import { plural } from './shared/text';

/** In the order in which a load would fail on them. */
export const CHECKS: readonly Check[] = [
  identity,
  bucketRegion,
  workgroup,
  copyRoleAccount,
  copyRoleTrust,
  copyRoleAttached,
  copyRoleRights,
  lakeKey,
  bucketPolicy,
  dataApi,
  grants,
  targetColumns,
  stagingColumns,
  keys,
  glueColumns,
  streamPrefix,
  strays,
  ledger,
  stateMachine,
  concurrency,
  schedule,
  subscription,
  usageLimit,
];

/** The document of `--json`: scripts rely on it. */
export interface DoctorDocument {
  readonly stage: string;
  readonly region: string;
  readonly findings: readonly Finding[];
}

/**
 * Checks a deployment through the APIs of its services, before anything is loaded. Says how to fix whatever would make a
 * load fail. Changes nothing.
 * @param options.dataset default: all datasets.
 * @returns the exit code: 1 if something needs fixing.
 */
export async function runDoctor(
  whole: Connection,
  output: Output,
  options: { readonly dataset?: string } = {},
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
      spinner?.stop();
      if (!output.json) for (const each of found) output.say(lineOf(each));
    }
  } finally {
    spinner?.stop();
    site.close();
  }
  output.document({ stage, region, findings } satisfies DoctorDocument);
  const wrong = findings.filter(({ ok }) => !ok).length;
  if (!output.json) {
    output.say();
    output.say(
      wrong === 0
        ? `${colours.green('✔')} ${plural(findings.length, 'thing')} checked, nothing to fix (stage ${stage}, ${region}).`
        : `${colours.red('✗')} ${plural(findings.length, 'thing')} checked, ${wrong} to fix (stage ${stage}, ${region}).`,
    );
  }
  return wrong === 0 ? 0 : 1;
}

const isOk = (findings: readonly Finding[], { title }: Check): boolean =>
  findings.every(({ check, ok }) => check !== title || ok);

function lineOf({ check, subject, ok, text, fix }: Finding): string {
  const mark = ok ? colours.green('✔') : colours.red('✗');
  const line = `${mark} ${check}: ${subject === '' ? '' : `${subject}: `}${text}`;
  return fix === null ? line : `${line}\n    Fix: ${fix}`;
}
