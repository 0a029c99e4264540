import * as z from 'zod';
import { LoadError } from '../../core/errors';

const roleArn = z.string().regex(/^arn:[^:]+:iam::\d{12}:role\/.+/, 'the ARN of an IAM role');

/** The environment variables that a deployment sets. */
const variables = z.object({
  /** The bucket that Firehose writes to. Sluice keeps its plans and manifests in it, under `sluice/`. */
  LAKE_BUCKET: z.string().min(3),
  /** The Redshift Serverless workgroup. */
  WORKGROUP_NAME: z.string().min(1),
  DATABASE_NAME: z.string().min(1),
  /** The role with which COPY reads the bucket. It is attached to the workgroup's namespace. */
  COPY_ROLE_ARN: roleArn,
  /** ARN or name of a Secrets Manager secret with the database user. Default: the user of the role below. */
  SECRET_ARN: z.string().optional(),
  /** The role with which all statements are submitted and followed. */
  STATEMENTS_ROLE_ARN: roleArn,
  /** The stage of the deployment, as the command line names it. */
  STAGE: z.string().min(1),
  /** The address of the runbook, without an anchor. */
  RUNBOOK: z.string().min(1),
});

/** The names of these variables; resources/ sets them. */
export type Variable = keyof typeof variables.shape;
export const VARIABLES = Object.keys(variables.shape) as readonly Variable[];

const schema = variables.extend({
  /** Lambda sets this and the next one. */
  AWS_REGION: z.string().min(1),
  LAMBDA_TASK_ROOT: z.string().min(1),
});

export interface Configuration {
  readonly bucket: string;
  readonly workgroup: string;
  readonly database: string;
  readonly copyRole: string;
  readonly secret: string | undefined;
  /** The role with which all statements are submitted and followed. */
  readonly statementsRole: string;
  readonly stage: string;
  readonly runbook: string;
  readonly region: string;
  /** The directory of the unpacked package, with `datasets/` and `sql/`. */
  readonly packageDirectory: string;
}

/** Reads the function's environment. @throws LoadError ConfigurationError: names every missing or wrong variable. */
export function readConfiguration(environment: NodeJS.ProcessEnv = process.env): Configuration {
  const parsed = schema.safeParse({ ...environment, SECRET_ARN: environment.SECRET_ARN || undefined });
  if (!parsed.success) {
    const problems = parsed.error.issues
      .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
      .join('; ');
    throw new LoadError(
      'ConfigurationError',
      `The function’s environment has missing or wrong variables: ${problems}.`,
      'Deploy the service again; resources/service.ts sets these variables from the parameters in serverless.yml.',
    );
  }
  const { data } = parsed;
  return {
    bucket: data.LAKE_BUCKET,
    workgroup: data.WORKGROUP_NAME,
    database: data.DATABASE_NAME,
    copyRole: data.COPY_ROLE_ARN,
    secret: data.SECRET_ARN,
    statementsRole: data.STATEMENTS_ROLE_ARN,
    stage: data.STAGE,
    runbook: data.RUNBOOK,
    region: data.AWS_REGION,
    packageDirectory: data.LAMBDA_TASK_ROOT,
  };
}
