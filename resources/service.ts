import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from '../core/dataset';
import { LoadError } from '../core/errors';
import { SECRET_OUTPUT, STACK_OUTPUTS, streamOutput } from '../core/stack-outputs';
import type { Variable } from '../functions/shared/configuration';
import { readDatasets } from '../service/datasets';
import { checkStatementSizes } from './statement-sizes';
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
import { deployedName, meantAccount, PARAMETERS, parseSettings, placesIn, type Settings } from './settings';
import { STATE_MACHINE, stateMachineResources } from './state-machine';
import { streamed, streamId, streamResources } from './stream';
import { copyRoleArn, secretArn, statementsRoleArn, warehouseResources, workgroupName } from './warehouse';

/** What Serverless hands to a file of its variables. */
interface Variables {
  readonly options: { readonly param?: string | readonly string[] };
  readonly resolveVariable: (name: string) => Promise<unknown>;
}

interface Service {
  /** Variables of the functions. */
  readonly environment: Readonly<Record<Variable | 'POWERTOOLS_SERVICE_NAME', Value>>;
  readonly functions: ServerlessFunctions;
  readonly template: {
    readonly Resources: Resources;
    readonly Outputs: Readonly<Record<string, { readonly Description: string; readonly Value: Value }>>;
  };
  /** The account that is meant, where the parameters name one; resources/deploy-guard.cjs compares it with the caller's. */
  readonly account: string | null;
}

/**
 * All that the dataset files and the parameters make of the service.
 * @param directory the service's.
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

/** Logical ids have no `_`: of two names that differ in it alone only one can be deployed. */
function checkNames(datasets: readonly Dataset[]): void {
  for (const [index, { name }] of datasets.entries()) {
    const same = datasets.slice(0, index).find((other) => logicalStem(other.name) === logicalStem(name));
    if (!same) continue;
    throw new LoadError(
      'DatasetInvalid',
      `Datasets "${same.name}" and "${name}" differ in "_" alone: CloudFormation would take their resources for the same.`,
      'Rename one of them.',
    );
  }
}

/**
 * As many as fit in one stack: CloudFormation takes 500 resources, IAM 10,240 characters of a role's policies.
 * Source: AWS CloudFormation and IAM, "quotas".
 */
export const MOST_DATASETS = 20;

function checkNumber(datasets: readonly Dataset[]): void {
  if (datasets.length <= MOST_DATASETS) return;
  throw new LoadError(
    'DatasetInvalid',
    `There are ${datasets.length} files in datasets/, and one stack holds ${MOST_DATASETS} at most.`,
    'Deploy some of them from a copy of this service, with another name (service: in serverless.yml); they can share a warehouse.',
  );
}

/** Pure: the whole service from its settings and datasets. */
export function serviceOf(settings: Settings, datasets: readonly Dataset[]): Service {
  return {
    environment: {
      LAKE_BUCKET: lakeBucket(settings),
      WORKGROUP_NAME: workgroupName(settings),
      DATABASE_NAME: settings.database,
      COPY_ROLE_ARN: copyRoleArn(settings),
      SECRET_ARN: secretArn(settings) ?? '',
      STATEMENTS_ROLE_ARN: statementsRoleArn,
      // Read by Powertools: what the logs, metrics and traces are of.
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
        alarmResources(settings, datasets),
        dashboardResources(settings, datasets),
      ]),
      Outputs: outputs(settings, datasets),
    },
    account: meantAccount(settings) ?? null,
  };
}

/** What the command line reads of a deployed stack. */
function outputs(settings: Settings, datasets: readonly Dataset[]) {
  const output = (Description: string, Value: Value) => ({ Description, Value });
  const secret = secretArn(settings);
  const { bucket, stateMachineArn, workgroup, database, scheduleGroup, topicArn } = STACK_OUTPUTS;
  return {
    [bucket]: output('The bucket that events are delivered to', lakeBucket(settings)),
    [stateMachineArn]: output('What loads', ref(STATE_MACHINE)),
    [workgroup]: output('The Redshift Serverless workgroup', workgroupName(settings)),
    [database]: output('The database of the targets', settings.database),
    [STACK_OUTPUTS.copyRoleArn]: output(
      'What COPY reads with; to be attached to the namespace',
      copyRoleArn(settings),
    ),
    [STACK_OUTPUTS.statementsRoleArn]: output('What statements are submitted with', statementsRoleArn),
    ...(secret === undefined ? {} : { [SECRET_OUTPUT]: output('The database user', secret) }),
    [topicArn]: output('Who hears of failures', ref('FailureTopic')),
    [scheduleGroup]: output('The schedules of the datasets', ref('ScheduleGroup')),
    ...Object.fromEntries(
      streamed(datasets).map((dataset) => [
        streamOutput(dataset.name),
        output(`Takes the events of dataset ${dataset.name}`, ref(streamId(dataset))),
      ]),
    ),
  };
}
