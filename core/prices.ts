/**
 * The list prices that every number of dollars is made from: `sluice bill`, estimates and docs. This file is their one
 * owner. Look them up again before you rely on them, and change the date.
 */
export const PRICES = {
  /** When the prices were last looked up. */
  date: '2026-11-30',
  region: 'us-east-1',
  /**
   * The pages that have the prices, by service. The numbers of Lambda, S3, SNS and CloudWatch were taken from other pages
   * that quote them.
   */
  sources: {
    redshift:
      'Amazon Redshift pricing, "Amazon Redshift Serverless"; Amazon Redshift Management Guide, "Billing for Amazon Redshift Serverless"',
    step_functions: 'AWS Step Functions pricing, "Standard Workflows"',
    lambda: 'AWS Lambda pricing, Arm; AWS Compute Blog, "AWS Lambda standardizes billing for INIT Phase"',
    s3: 'Amazon S3 pricing, "Requests & data retrievals", S3 Standard',
    sns: 'Amazon SNS pricing, "Standard topics"',
    cloudwatch: 'Amazon CloudWatch pricing',
  },
  /** Dollars for a Redshift Processing Unit and hour, by the second. */
  rpu_hour: 0.375,
  /** Seconds that each wake-up of the warehouse is billed at least. */
  wake_up_seconds: 60,
  /** Standard workflows: a state that is entered, and a retry. */
  transition: 0.025 / 1_000,
  lambda_request: 0.2 / 1_000_000,
  /** arm64. Every millisecond that has begun counts, since August 2025 also those in which a function is loaded. */
  lambda_gb_second: 0.000_013_333_4,
  /** By class, as {@link s3RequestClass} tells them apart. */
  s3_request: { put: 0.005 / 1_000, get: 0.000_4 / 1_000, free: 0 },
  /** Between S3 and these services in one Region. */
  s3_byte: 0,
  sns_publish: 0.5 / 1_000_000,
  sns_email: 2 / 100_000,
  /** Dollars for a month; CloudWatch counts the hours of each. */
  alarm_month: 0.1,
  metric_month: 0.3,
  /** A metric that GetMetricData is asked for. */
  metric_read: 0.01 / 1_000,
} as const;

/** The hours of AWS's month. */
export const HOURS_OF_MONTH = 730;

/** What a bill made from these prices does not have. */
export const LEFT_OUT: readonly string[] = [
  'free tiers, discounts and taxes',
  'Firehose',
  'what is stored, in S3 and in Redshift',
  'logs, traces, the dashboard, the secret and keys of KMS',
  'the schedule and its dead-letter queue',
  `what reading a stage costs: $${PRICES.metric_read * 1_000} for 1,000 metrics of GetMetricData`,
];

/** The calls of the Data API have no price. */
export type S3RequestClass = keyof typeof PRICES.s3_request;

/**
 * The class of a request to S3: `PUT, COPY, POST, LIST`, or `GET, SELECT and all others`; deleting and aborting are free.
 * DeleteObjects is a POST; nobody says that it is free, so it is not.
 * Source: Amazon S3 pricing, "Requests & data retrievals".
 * @param operation its name in the API reference: `ListObjectsV2`.
 */
export function s3RequestClass(operation: string): S3RequestClass {
  if (operation === 'DeleteObjects') return 'put';
  if (/^(Delete|Abort)/.test(operation)) return 'free';
  return /^(Get|Head)/.test(operation) ? 'get' : 'put';
}

/** Dollars for RPU-seconds. */
export const dollarsOfRpuSeconds = (rpuSeconds: number): number => (rpuSeconds / 3_600) * PRICES.rpu_hour;
