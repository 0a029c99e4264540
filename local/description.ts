import * as z from 'zod';

/** What a client needs to know about a running twin. `sluice local --json` prints it. */
export const twinDescription = z.object({
  /** `http://127.0.0.1:<port>` */
  endpoint: z.string(),
  /** Absolute. */
  state_directory: z.string(),
  /** The stage of the stack, which CloudFormation describes under that name. */
  stage: z.string(),
  region: z.string(),
  bucket: z.string(),
  /** The stream of the first dataset. */
  stream: z.string(),
  /** Streams by the name of their dataset. */
  streams: z.record(z.string(), z.string()),
  state_machine_arn: z.string(),
  topic_arn: z.string(),
  /** The role that submits statements. The Data API shows a statement to the role that submitted it. */
  statements_role_arn: z.string(),
  /** Name or ARN of the database user's secret. Default: the database user of the role above. */
  secret: z.string().optional(),
  workgroup: z.string(),
  database: z.string(),
  /** The variables that point any AWS client at the twin. */
  env: z.object({
    AWS_ENDPOINT_URL: z.string(),
    AWS_REGION: z.string(),
    AWS_DEFAULT_REGION: z.string(),
    AWS_ACCESS_KEY_ID: z.string(),
    AWS_SECRET_ACCESS_KEY: z.string(),
  }),
});
export type TwinDescription = z.infer<typeof twinDescription>;
