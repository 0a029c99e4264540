import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SECRET_OUTPUT, STACK_OUTPUTS, streamOutput } from '../../core/stack-outputs';
import { readDatasets } from '../../service/datasets';
import { clientsOf, destroy } from './clients';
import type { ClientSettings, Connection } from './connection';
import { UsageError } from './output';
import { SERVICE_DIRECTORY } from './service-directory';
import { streamNamed } from './stream-name';

/** A stack that does not exist, that another version deployed, or that the credentials may not describe. */
export class StackUnusable extends Error {
  override readonly name = 'StackUnusable';
}

/** Milliseconds. Step Functions throttles clients that read histories more often. */
const POLL_INTERVAL = 2_000;

/**
 * Connects to the deployed stack of a stage by its outputs, with the SDK's default credentials.
 * @param region default: the Region of the environment or the profile.
 * @throws UsageError, StackUnusable
 */
export async function connectToStage(stage: string, region?: string): Promise<Connection> {
  const settings: ClientSettings = region === undefined ? {} : { region };
  const stackName = stackNameOf(stage);
  const { outputs, region: found } = await readOutputs(settings, stackName);
  const needed = (name: string): string => {
    const value = outputs.get(name);
    if (value === undefined) {
      throw new StackUnusable(
        `Stack ${stackName} has no output ${name}: another version deployed it.\nFix: Deploy it again with this version: npx serverless deploy --stage ${stage} --region ${found}`,
      );
    }
    return value;
  };
  const clients = clientsOf({ region: found }, needed(STACK_OUTPUTS.statementsRoleArn));
  const secret = outputs.get(SECRET_OUTPUT);
  return {
    ...clients,
    stage,
    region: found,
    settings: { region: found },
    bucket: needed(STACK_OUTPUTS.bucket),
    stateMachineArn: needed(STACK_OUTPUTS.stateMachineArn),
    workgroup: needed(STACK_OUTPUTS.workgroup),
    database: needed(STACK_OUTPUTS.database),
    ...(secret === undefined ? {} : { secret }),
    datasets: readDatasets(SERVICE_DIRECTORY),
    streamOf: (dataset) => streamNamed(dataset, outputs.get(streamOutput(dataset.name))),
    pollInterval: POLL_INTERVAL,
    followed: new Set(),
    close: () => {
      destroy(clients);
      return Promise.resolve();
    },
  };
}

/** The name that the Serverless Framework gives the stack of a stage. */
export const stackNameOf = (stage: string): string => `${serviceName()}-${stage}`;

function serviceName(): string {
  const { service } = parse(readFileSync(join(SERVICE_DIRECTORY, 'serverless.yml'), 'utf8')) as {
    service: string;
  };
  return service;
}

/** Reads the outputs of a stack, and the Region where it is. @throws UsageError, StackUnusable */
export async function readOutputs(
  settings: ClientSettings,
  stackName: string,
): Promise<{ readonly outputs: ReadonlyMap<string, string>; readonly region: string }> {
  const client = new CloudFormationClient(settings);
  try {
    const region = await client.config.region();
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    const outputs = new Map(
      (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue] as const),
    );
    const unusable = statusProblem(stackName, stack?.StackStatus, outputs);
    if (unusable) throw unusable;
    return { outputs, region };
  } catch (error) {
    if (error instanceof StackUnusable) throw error;
    throw explained(error as Error, stackName);
  } finally {
    client.destroy();
  }
}

/**
 * A stack whose first deployment has not succeeded lacks outputs. A stack in a later update, or after it was rolled back,
 * has its earlier ones. The Serverless Framework creates a stack with nothing but its own bucket and updates it at once,
 * so a first deployment that fails is an update that was rolled back.
 */
export function statusProblem(
  stackName: string,
  status: string | undefined,
  outputs: ReadonlyMap<string, string>,
): StackUnusable | undefined {
  const events = `Read the reason in its events (aws cloudformation describe-stack-events --stack-name ${stackName})`;
  if (status?.startsWith('UPDATE_') && !outputs.has(STACK_OUTPUTS.stateMachineArn)) {
    return status === 'UPDATE_IN_PROGRESS'
      ? new StackUnusable(`Stack ${stackName} is being created.\nFix: Wait until its deployment has ended.`)
      : new StackUnusable(
          `The first deployment of stack ${stackName} failed (${status}).\nFix: ${events}, correct it, and deploy again; docs/deploy.md, "A deployment that fails".`,
        );
  }
  if (status === 'CREATE_IN_PROGRESS' || status === 'REVIEW_IN_PROGRESS') {
    return new StackUnusable(
      `Stack ${stackName} is being created.\nFix: Wait until its deployment has ended.`,
    );
  }
  if (status?.startsWith('DELETE_')) {
    return new StackUnusable(
      `Stack ${stackName} is being deleted (${status}).\nFix: Deploy it again once it is gone; docs/deploy.md, "Teardown".`,
    );
  }
  if (status !== undefined && /^(CREATE_FAILED|ROLLBACK_)/.test(status)) {
    return new StackUnusable(
      `The creation of stack ${stackName} failed (${status}).\nFix: ${events}, remove it (npx serverless remove), and deploy it again.`,
    );
  }
  return undefined;
}

function explained(error: Error, stackName: string): Error {
  const { name, message } = error;
  if (message.includes('Region is missing')) {
    return new UsageError(
      'No Region is set. Name it with --region eu-west-1, with AWS_REGION, or in your profile.',
    );
  }
  if (name === 'CredentialsProviderError') {
    return new StackUnusable(
      `There are no credentials to read stack ${stackName}: ${message}\nFix: Log in (aws sso login, aws configure), or name a profile: AWS_PROFILE=…`,
    );
  }
  if (message.includes('does not exist')) {
    return new StackUnusable(
      `There is no stack ${stackName} in this account and Region.\nFix: Name the stage and the --region of the deployment, or deploy it: npx serverless deploy`,
    );
  }
  return new StackUnusable(
    `Stack ${stackName} cannot be read: ${name}: ${message}\nFix: Use credentials that allow cloudformation:DescribeStacks on it.`,
  );
}
