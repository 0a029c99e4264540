import { z } from 'zod';
import { LoadError } from '../../core/errors';

/** What a deployment gives the functions. */
const variables = z.object({
  /** The bucket that Firehose writes to; plans and manifests are kept in it too, under `sluice/`. */
  LAKE_BUCKET: z.string().min(3),
  /** The Redshift Serverless workgroup. */
  WORKGROUP_NAME: z.string().min(1),
  DATABASE_NAME: z.string().min(1),
  /** The role that COPY reads the bucket with: attached to the workgroup's namespace. */
  COPY_ROLE_ARN: z.string().regex(/^arn:[^:]+:iam::\d{12}:role\/.+/, 'the ARN of an IAM role'),
  /** A Secrets Manager secret with the database user, by ARN or name; left out, the user is that of the role below. */
  SECRET_ARN: z.string().optional(),
  /** The role that all statements are submitted and followed with. */
  STATEMENTS_ROLE_ARN: z.string().regex(/^arn:[^:]+:iam::\d{12}:role\/.+/, 'the ARN of an IAM role'),
});

/** The names of the variables of a deployment; resources/ sets them. */
export type Variable = keyof typeof variables.shape;
export const VARIABLES = Object.keys(variables.shape) as readonly Variable[];

const schema = variables.extend({
  /** Set by Lambda itself. */
  AWS_REGION: z.string().min(1),
  LAMBDA_TASK_ROOT: z.string().min(1),
});

export interface Configuration {
  readonly bucket: string;
  readonly workgroup: string;
  readonly database: string;
  readonly copyRole: string;
  readonly secret: string | undefined;
  /** The role that all statements are submitted and followed with. */
  readonly statementsRole: string;
  readonly region: string;
  /** Where the package is unpacked: `datasets/` and `sql/` stand in it. */
  readonly packageDirectory: string;
}

/** Reads the function's environment. @throws LoadError ConfigurationError naming every variable that is missing or wrong. */
export function readConfiguration(environment: NodeJS.ProcessEnv = process.env): Configuration {
  const parsed = schema.safeParse({ ...environment, SECRET_ARN: environment.SECRET_ARN || undefined });
  if (!parsed.success) {
    const problems = parsed.error.issues
      .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
      .join('; ');
    throw new LoadError(
      'ConfigurationError',
      `The function’s environment is not complete: ${problems}.`,
      'Set the variables under provider.environment in serverless.yml and deploy again.',
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
    region: data.AWS_REGION,
    packageDirectory: data.LAMBDA_TASK_ROOT,
  };
}
