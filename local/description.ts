import { z } from 'zod';

/** What a client needs to know of a running twin: what `sluice local --json` prints. */
export const twinDescription = z.object({
  /** `http://127.0.0.1:<port>` */
  endpoint: z.string(),
  /** Absolute. */
  state_directory: z.string(),
  /** The stage that it is deployed as: its stack can be asked for by it. */
  stage: z.string(),
  region: z.string(),
  bucket: z.string(),
  /** The stream of the dataset, or of the first where there are several. */
  stream: z.string(),
  /** The stream of each dataset, by the dataset's name. */
  streams: z.record(z.string(), z.string()),
  state_machine_arn: z.string(),
  topic_arn: z.string(),
  /** The role that statements are submitted with: who has one's own sees one's own. */
  statements_role_arn: z.string(),
  /** The database user's secret, by its name or ARN; left out, the user is that of the role above. */
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
