import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from '../core/dataset';
import { LoadError } from '../core/errors';
import { SECRET_OUTPUT, STACK_OUTPUTS, streamOutput, USAGE_LIMIT_OUTPUT } from '../core/stack-outputs';
import type { Variable } from '../functions/shared/configuration';
import { readDatasets } from '../service/datasets';
import { alarmResources } from './alarms';
import { logicalStem, merged, ref, type Resources, type Value } from './cloudformation';
import { dashboardResources } from './dashboard';
import {
  callersOfStatements,
  functionDefinitions,
  functionRoles,
  type ServerlessFunctions,
} from './functions';
import { lakeBucket, lakeResources } from './lake';
import {
  deployedName,
  meantAccount,
  PARAMETERS,
  parseSettings,
  placesIn,
  runbookOf,
  type Settings,
} from './settings';
import { STATE_MACHINE, stateMachineResources } from './state-machine';
import { checkStatementSizes } from './statement-sizes';
import { streamed, streamId, streamResources } from './stream';
import { topicArn as topicOf, topicResources } from './topic';
import { copyRoleArn, secretArn, statementsRoleArn, warehouseResources, workgroupName } from './warehouse';

/** What Serverless passes to a JavaScript file that it reads for its variables. */
interface Variables {
  readonly options: { readonly param?: string | readonly string[] };
  readonly resolveVariable: (name: string) => Promise<unknown>;
}

interface Service {
  /** The environment variables of the functions. */
  readonly environment: Readonly<Record<Variable | 'POWERTOOLS_SERVICE_NAME', Value>>;
  readonly functions: ServerlessFunctions;
  readonly template: {
    readonly Resources: Resources;
    readonly Outputs: Readonly<Record<string, { readonly Description: string; readonly Value: Value }>>;
  };
  /** The account that the parameters name, or null. resources/deploy-guard.cjs compares it with the caller's account. */
  readonly account: string | null;
  /** The subnets of the new workgroup: none for those of the default VPC; null if no workgroup is made. */
  readonly subnetIds: readonly string[] | null;
  /** The topic that the state machine publishes to, and the address of the runbook in its texts. */
  readonly topicArn: Value;
  readonly runbook: string;
}

/**
 * Makes all parts of the service that depend on the dataset files and the parameters.
 * @param directory the directory of the service.
 * @throws LoadError DatasetInvalid, ConfigurationError
 */
export async function readService(directory: string, variables: Variables): Promise<Service> {
  const datasets = readDatasets(directory);
  for (const dataset of datasets) checkStatementSizes(directory, dataset);
  checkNames(datasets);
  checkNumber(datasets);
  return serviceOf(await readSettings(directory, variables), datasets);
}

async function readSettings(directory: string, { options, resolveVariable }: Variables): Promise<Settings> {
  const onCommandLine = [options.param ?? []].flat().map((each) => each.split('=')[0] ?? '');
  const stage = String(await resolveVariable('sls:stage'));
  const yaml = readFileSync(join(directory, 'serverless.yml'), 'utf8');
  const given: Record<string, unknown> = {};
  const names = new Set([
    ...Object.keys(PARAMETERS),
    ...onCommandLine,
    ...namesIn(await blocks(resolveVariable), stage),
  ]);
  for (const name of names) given[name] = await resolveVariable(`param:${name}, ''`);
  return parseSettings(
    String(await resolveVariable('self:service')),
    stage,
    String(await resolveVariable('self:provider.region')),
    given,
    placesIn(yaml, stage, onCommandLine),
  );
}

/** The `params` of serverless.yml. */
const blocks = (resolveVariable: Variables['resolveVariable']): Promise<unknown> =>
  resolveVariable("self:params, ''");

function namesIn(params: unknown, stage: string): string[] {
  const named = (block: string) => Object.keys((params as Record<string, object> | undefined)?.[block] ?? {});
  return [...named('default'), ...named(stage)];
}

/** Logical ids have no `_`, so two names that differ only in it would get the same ids. */
function checkNames(datasets: readonly Dataset[]): void {
  for (const [index, { name }] of datasets.entries()) {
    const same = datasets.slice(0, index).find((other) => logicalStem(other.name) === logicalStem(name));
    if (!same) continue;
    throw new LoadError(
      'DatasetInvalid',
      `Datasets "${same.name}" and "${name}" differ only in "_": their resources would have the same names in CloudFormation.`,
      'Rename one of them.',
    );
  }
}

/**
 * The most datasets in one stack. CloudFormation allows 500 resources, IAM 10,240 characters in a role's policies.
 * Source: AWS CloudFormation and IAM, "quotas".
 */
export const MOST_DATASETS = 20;

function checkNumber(datasets: readonly Dataset[]): void {
  if (datasets.length <= MOST_DATASETS) return;
  throw new LoadError(
    'DatasetInvalid',
    `There are ${datasets.length} files in datasets/, but one stack holds ${MOST_DATASETS} at most.`,
    'Deploy some of them from a copy of this service, with another name (service: in serverless.yml); they can share a warehouse.',
  );
}

/** Makes all parts of the service from its settings and datasets. Pure. */
export function serviceOf(settings: Settings, datasets: readonly Dataset[]): Service {
  return {
    environment: {
      LAKE_BUCKET: lakeBucket(settings),
      WORKGROUP_NAME: workgroupName(settings),
      DATABASE_NAME: settings.database,
      COPY_ROLE_ARN: copyRoleArn(settings),
      SECRET_ARN: secretArn(settings) ?? '',
      STATEMENTS_ROLE_ARN: statementsRoleArn,
      STAGE: settings.stage,
      RUNBOOK: runbookOf(settings),
      // Powertools writes this name to logs, metrics and traces.
      POWERTOOLS_SERVICE_NAME: deployedName(settings),
    },
    functions: functionDefinitions(settings),
    template: {
      Resources: merged([
        lakeResources(settings),
        streamResources(settings, datasets),
        warehouseResources(settings, datasets, callersOfStatements(settings, datasets)),
        functionRoles(settings, datasets),
        stateMachineResources(settings, datasets),
        topicResources(settings),
        alarmResources(settings, datasets),
        dashboardResources(settings, datasets),
      ]),
      Outputs: outputs(settings, datasets),
    },
    account: meantAccount(settings) ?? null,
    subnetIds: settings.workgroup === undefined ? (settings.subnetIds ?? []) : null,
    topicArn: topicOf(settings),
    runbook: runbookOf(settings),
  };
}

/** The outputs of the stack, which the command line reads. */
function outputs(settings: Settings, datasets: readonly Dataset[]) {
  const output = (Description: string, Value: Value) => ({ Description, Value });
  const secret = secretArn(settings);
  const { bucket, stateMachineArn, workgroup, database, scheduleGroup, topicArn } = STACK_OUTPUTS;
  return {
    [bucket]: output('The bucket that Firehose delivers events to', lakeBucket(settings)),
    [stateMachineArn]: output('The state machine that loads the datasets', ref(STATE_MACHINE)),
    [workgroup]: output('The Redshift Serverless workgroup', workgroupName(settings)),
    [database]: output('The database of the targets', settings.database),
    [STACK_OUTPUTS.copyRoleArn]: output(
      'The role with which COPY reads; attach it to the namespace',
      copyRoleArn(settings),
    ),
    [STACK_OUTPUTS.statementsRoleArn]: output('The role that submits statements', statementsRoleArn),
    ...(secret === undefined ? {} : { [SECRET_OUTPUT]: output('The secret of the database user', secret) }),
    ...(settings.usageLimit === undefined
      ? {}
      : { [USAGE_LIMIT_OUTPUT]: output('The RPU-hours that the workgroup may use', settings.usageLimit) }),
    [topicArn]: output('The topic of failures', topicOf(settings)),
    [scheduleGroup]: output('The schedules of the datasets', ref('ScheduleGroup')),
    ...Object.fromEntries(
      streamed(datasets).map((dataset) => [
        streamOutput(dataset.name),
        output(`The stream for the events of dataset ${dataset.name}`, ref(streamId(dataset))),
      ]),
    ),
  };
}
