/** Every service of the twin, by the name under which it signs, logs and takes fault rules. */
export type ServiceName =
  | 's3'
  | 'firehose'
  | 'redshift-data'
  | 'step-functions'
  | 'sns'
  | 'lambda'
  | 'sts'
  | 'iam'
  | 'cloudformation'
  | 'glue'
  | 'redshift-serverless'
  | 'cloudwatch'
  | 'scheduler';
