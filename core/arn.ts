/** The parts of an Amazon Resource Name. Source: IAM User Guide, "Identify AWS resources with Amazon Resource Names". */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  /** Empty for S3 and IAM. */
  readonly region: string;
  /** Twelve digits; empty for S3. */
  readonly account: string;
  /** All that follows the account: `role/team/copy`, `stateMachine:load`. */
  readonly resource: string;
}

const ARN = /^arn:([^:]*):([^:]*):([^:]*):([^:]*):(.+)$/s;

/** @returns undefined if the text is not an ARN. */
export function parseArn(text: string): Arn | undefined {
  const [, partition = '', service = '', region = '', account = '', resource = ''] = ARN.exec(text) ?? [];
  return resource === '' ? undefined : { partition, service, region, account, resource };
}

export const isArn = (text: string): boolean => parseArn(text) !== undefined;

/** @returns an empty text if the ARN names no account. */
export const accountOf = (arn: string): string => parseArn(arn)?.account ?? '';

/** @returns an empty text if the ARN names no Region. */
export const regionOf = (arn: string): string => parseArn(arn)?.region ?? '';

/** `arn:aws:iam::123456789012:role/team/copy` names role `copy`: the path does not belong to the name. */
export const nameOfRole = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** @param name the role's path and name. */
export const roleArn = (account: string, name: string): string => `arn:aws:iam::${account}:role/${name}`;

/** @returns the name of the role that a session's ARN names; undefined for any other ARN. */
export const roleOfSession = (arn: string): string | undefined =>
  /^assumed-role\/([^/]+)\//.exec(parseArn(arn)?.resource ?? '')?.[1];

/** @returns the bucket that the ARN of a bucket or an object names; undefined for any other ARN. */
export function bucketOf(arn: string): string | undefined {
  const { service, resource = '' } = parseArn(arn) ?? {};
  return service === 's3' ? resource.split('/')[0] : undefined;
}

export const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`;

export const objectArn = (bucket: string, key: string): string => `${bucketArn(bucket)}/${key}`;

/** @returns the name of the state machine that an ARN names. */
export const nameOfStateMachine = (arn: string): string =>
  parseArn(arn)?.resource.replace(/^stateMachine:/, '') ?? '';

/** @param execution its name. @returns the ARN of that execution. */
export const executionArn = (stateMachineArn: string, execution: string): string =>
  `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${execution}`;
