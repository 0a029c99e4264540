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

/** A stack that is not there, is of another version, or that nobody here may look at. */
export class StackUnusable extends Error {
  override readonly name = 'StackUnusable';
}

/** Milliseconds: Step Functions throttles who asks for histories more often. */
const POLL_INTERVAL = 2_000;

/**
 * Connects to the deployed stack of a stage, by its outputs, with the standard chain of credentials.
 * @param region left out: that of the environment or the profile.
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
        `Stack ${stackName} has no output ${name}: it is of another version.\nFix: Deploy it again with this one: npx serverless deploy --stage ${stage} --region ${found}`,
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
    close: () => Promise.resolve(destroy(clients)),
  };
}

/** The stack's name is the service's and the stage's, as Serverless makes it. */
export const stackNameOf = (stage: string): string => `${serviceName()}-${stage}`;

function serviceName(): string {
  const { service } = parse(readFileSync(join(SERVICE_DIRECTORY, 'serverless.yml'), 'utf8')) as {
    service: string;
  };
  return service;
}

/** The outputs of a stack, and the Region that it was found in. @throws UsageError, StackUnusable */
export async function readOutputs(
  settings: ClientSettings,
  stackName: string,
): Promise<{ readonly outputs: ReadonlyMap<string, string>; readonly region: string }> {
  const client = new CloudFormationClient(settings);
  try {
    const region = await client.config.region();
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    const unusable = statusProblem(stackName, stack?.StackStatus);
    if (unusable) throw unusable;
    const outputs = (stack?.Outputs ?? []).map(
      ({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue] as const,
    );
    return { outputs: new Map(outputs), region };
  } catch (error) {
    if (error instanceof StackUnusable) throw error;
    throw explained(error as Error, stackName);
  } finally {
    client.destroy();
  }
}

/** A stack that was never made whole has no outputs, or not all; one that changes or was rolled back has those of before. */
export function statusProblem(stackName: string, status: string | undefined): StackUnusable | undefined {
  if (status === 'CREATE_IN_PROGRESS' || status === 'REVIEW_IN_PROGRESS') {
    return new StackUnusable(`Stack ${stackName} is being made.\nFix: Wait until its deployment has ended.`);
  }
  if (status?.startsWith('DELETE_')) {
    return new StackUnusable(
      `Stack ${stackName} is being removed (${status}).\nFix: Deploy it again once it is gone; docs/deploy.md, "Teardown".`,
    );
  }
  if (status !== undefined && /^(CREATE_FAILED|ROLLBACK_)/.test(status)) {
    return new StackUnusable(
      `Stack ${stackName} could not be made (${status}).\nFix: Look why in its events (aws cloudformation describe-stack-events --stack-name ${stackName}), remove it (npx serverless remove), and deploy it again.`,
    );
  }
  return undefined;
}

function explained(error: Error, stackName: string): Error {
  const { name, message } = error;
  if (/Region is missing/.test(message)) {
    return new UsageError(
      'Which Region? Name it: --region eu-west-1, or AWS_REGION, or that of your profile.',
    );
  }
  if (name === 'CredentialsProviderError') {
    return new StackUnusable(
      `There are no credentials to look at stack ${stackName} with: ${message}\nFix: Log in (aws sso login, aws configure), or name a profile: AWS_PROFILE=…`,
    );
  }
  if (/does not exist/.test(message)) {
    return new StackUnusable(
      `There is no stack ${stackName} in this account and Region.\nFix: Name the stage and the --region that it was deployed to, or deploy it: npx serverless deploy`,
    );
  }
  return new StackUnusable(
    `Stack ${stackName} cannot be looked at: ${name}: ${message}\nFix: Use credentials that may cloudformation:DescribeStacks on it.`,
  );
}
