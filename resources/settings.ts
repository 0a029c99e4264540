import { isMap, isScalar, parseDocument } from 'yaml';
import * as z from 'zod';
import { parseArn } from '../core/arn';
import { LoadError } from '../core/errors';
import { RUNBOOK } from '../core/runbook';
import { USAGE_LIMIT } from '../core/usage-limit';

/** ARNs must have the partition `aws`, because the state machine has ARNs of that partition. */
const arn = (service: string, resource: string, what: string) =>
  z.string().regex(new RegExp(`^arn:aws:${service}:[a-z0-9-]*:\\d{12}:${resource}`), what);
const listOf = (item: RegExp, what: string, least = 1) =>
  z
    .string()
    .transform((text) => text.split(',').map((each) => each.trim()))
    .pipe(
      z
        .array(z.string().regex(item, `a list of ${what} with commas between them`))
        .min(least, `a list of ${least} or more ${what} with commas between them`),
    );

/** Source: Amazon Redshift Management Guide, "Compute capacity for Amazon Redshift Serverless". */
const isCapacity = (units: number): boolean =>
  units === 4 || (units <= 512 ? units >= 8 && units % 8 === 0 : units <= 1_024 && units % 32 === 0);

const capacity = z
  .string()
  .transform(Number)
  .refine(isCapacity, '4, a multiple of 8 up to 512, or one of 32 up to 1024');

/** Redshift Processing Units of a new workgroup. The price of an hour is bounded by the most: 32 × $0.375 in us-east-1. */
const BASE_CAPACITY = 8;
const MAX_CAPACITY = 32;

/** Every parameter of the service, as `--param name=value` or under `params` in serverless.yml. '' means: not given. */
export const PARAMETERS = {
  /** The account of the deployment. Any other account is refused before anything changes. */
  account: z.string().regex(/^\d{12}$/, 'an account: 12 digits'),
  /** The Region of the deployment. Any other Region is refused before anything changes. */
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a Region, for example us-east-1'),
  /** An existing bucket. Default: a new one. */
  lakeBucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of an S3 bucket'),
  /** The KMS key of the bucket's default encryption, if it has one. */
  lakeKeyArn: arn('kms', 'key/.+', 'the ARN of a KMS key'),
  /** An existing Redshift Serverless workgroup. Default: a new namespace and workgroup. */
  workgroup: z.string().regex(/^[a-z0-9-]{3,64}$/, 'the name of a Redshift Serverless workgroup'),
  /** The ARN of that workgroup, for policies. It contains an id instead of the name. */
  workgroupArn: arn('redshift-serverless', 'workgroup/.+', 'the ARN of a Redshift Serverless workgroup'),
  database: z.string().regex(/^[a-z_][a-z0-9_$]{0,63}$/, 'the name of a database, in lower case'),
  /** The role with which COPY reads, attached to the workgroup's namespace. Default: a new one, which you must attach. */
  copyRoleArn: arn('iam', 'role/.+', 'the ARN of an IAM role'),
  /** A secret with the database user. Default: the user of the statements' role. */
  secretArn: arn('secretsmanager', 'secret:.+', 'the ARN of a Secrets Manager secret'),
  /** The KMS key of that secret, if it is not encrypted with Secrets Manager's own key. */
  secretKeyArn: arn('kms', 'key/.+', 'the ARN of a KMS key'),
  /** Who may assume the statements' role for the command line. Default: everybody in the account whose policy allows it. */
  operatorArns: listOf(/^arn:aws:iam::\d{12}:(role|user)\/.+$/, 'ARNs of IAM roles and users'),
  /** The subnets of the new workgroup, separated by commas. Default: those of the default VPC. */
  subnetIds: listOf(/^subnet-[0-9a-f]{8,17}$/, 'subnets, for example subnet-0a1b2c3d,', 2),
  securityGroupIds: listOf(/^sg-[0-9a-f]{8,17}$/, 'security groups, for example sg-0a1b2c3d,'),
  /** Redshift Processing Units of the new workgroup. */
  baseCapacity: capacity,
  /** The most that the new workgroup scales to, in Redshift Processing Units. */
  maxCapacity: capacity,
  /** The most RPU-hours of the new workgroup in a period. CloudFormation has no such resource: `sluice doctor` has the command. */
  usageLimit: z
    .string()
    .regex(USAGE_LIMIT, 'RPU-hours in a period, for example 20/day, 100/week or 400/month'),
  /** The e-mail address for failures and alarms. */
  email: z.email('an e-mail address'),
  /** An existing topic for failures and alarms. Default: a new one. A FIFO topic takes no messages without a group. */
  topicArn: arn('sns', '[\\w-]+$', 'the ARN of an SNS topic that is not FIFO'),
  /**
   * Where alarms and notifications find the runbook. Default: its path in the repository. An anchor follows it, a
   * description of an alarm has 1,024 characters, and the state machine has it in a text of its own.
   */
  runbookUrl: z
    .string()
    .regex(
      /^https?:\/\/[\w.-]+(:\d+)?(\/[\w.,~%@:=&?/+-]*)?$/,
      'an address of a page, such as https://…/docs/runbook.md, without an anchor (#…)',
    )
    .max(200, 'an address of 200 characters at most'),
} as const;
export type ParameterName = keyof typeof PARAMETERS;

type Values = { readonly [Name in ParameterName]?: z.output<(typeof PARAMETERS)[Name]> };

/** The settings of a deployment, in addition to its datasets. */
export interface Settings extends Omit<Values, 'region' | 'database' | 'baseCapacity' | 'maxCapacity'> {
  readonly service: string;
  readonly stage: string;
  readonly region: string;
  readonly database: string;
  readonly baseCapacity: number;
  readonly maxCapacity: number;
}

/** The name of a part of a deployment: service, stage and the parts. Without parts it is the name of the deployment. */
export const deployedName = ({ service, stage }: Settings, ...parts: readonly string[]): string =>
  [service, stage, ...parts].join('-');

/** The address of the runbook, without an anchor. */
export const runbookOf = ({ runbookUrl }: Settings): string => runbookUrl ?? RUNBOOK;

/** Names that several parts of the template use as text. */
export const stateMachineName = (settings: Settings): string => deployedName(settings, 'load');
export const statementsRoleName = (settings: Settings): string => deployedName(settings, 'statements');

/** The place of a parameter, for messages: `--param x`, or `serverless.yml:31:5: params.default.x`. */
export type Places = (name: string) => string;

const STAGE = /^[a-z][a-z0-9-]{0,14}[a-z0-9]$/;

/**
 * Checks each parameter, and whether they fit together.
 * @param given the text of every parameter.
 * @throws LoadError ConfigurationError: a line for each problem, with its place and what is expected.
 */
export function parseSettings(
  service: string,
  stage: string,
  deployRegion: string,
  given: Readonly<Record<string, unknown>>,
  placeOf: Places,
): Settings {
  const problems: string[] = [];
  const say = (name: string, message: string) => problems.push(`${placeOf(name)}: ${message}`);
  if (!STAGE.test(stage)) {
    problems.push(
      `--stage ${stage}: a lower-case letter, then letters, digits and "-", 2 to 16 in all, because names of buckets and roles contain it`,
    );
  }
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(PARAMETERS, name)) {
      say(name, `unknown parameter; known are ${Object.keys(PARAMETERS).join(', ')}`);
      continue;
    }
    if (value === '' || value === undefined || value === null) continue;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const parsed = PARAMETERS[name as ParameterName].safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else say(name, `"${text}" is not ${parsed.error.issues[0]?.message ?? 'right'}`);
  }
  const settings = values as Values;
  contradictions(settings, deployRegion, say);
  if (problems.length > 0) {
    throw new LoadError(
      'ConfigurationError',
      problems,
      'Correct the parameters; docs/deploy.md explains each.',
    );
  }
  const baseCapacity = settings.baseCapacity ?? BASE_CAPACITY;
  return {
    ...settings,
    service,
    stage,
    region: deployRegion,
    database: settings.database ?? 'sluice',
    baseCapacity,
    maxCapacity: settings.maxCapacity ?? Math.max(MAX_CAPACITY, baseCapacity),
  };
}

/** Reports parameters that do not fit together. */
function contradictions(
  settings: Values,
  region: string,
  say: (name: string, message: string) => void,
): void {
  const { workgroup, workgroupArn } = settings;
  if (settings.region !== undefined && settings.region !== region) {
    say('region', `the deployment is in ${region}`);
  }
  if (workgroup !== undefined && workgroupArn === undefined) {
    say(
      'workgroup',
      'needs workgroupArn too: aws redshift-serverless get-workgroup --workgroup-name ' +
        `${workgroup} --query workgroup.workgroupArn`,
    );
  }
  if (workgroup !== undefined && settings.database === undefined) {
    say('workgroup', 'needs database too: the one that holds the targets');
  }
  if (/^(cn|us-gov|us-iso|eu-isoe|eusc)/.test(region)) {
    say('region', `${region} is not in the partition aws, and this service has ARNs of that partition only`);
  }
  if (workgroup === undefined && /^[^a-z]/.test(settings.database ?? 'sluice')) {
    say('database', 'must begin with a letter if the database is new');
  }
  if (settings.secretKeyArn !== undefined && settings.secretArn === undefined) {
    say('secretKeyArn', 'needs secretArn too: it is the key of your own secret');
  }
  for (const name of ['workgroupArn', 'copyRoleArn', 'secretArn'] as const) {
    if (settings[name] !== undefined && workgroup === undefined)
      say(name, 'needs workgroup too: it belongs to an existing workgroup');
  }
  const { baseCapacity = BASE_CAPACITY, maxCapacity = Infinity } = settings;
  if (maxCapacity < baseCapacity) {
    say('maxCapacity', `${maxCapacity} is less than baseCapacity, which is ${baseCapacity}`);
  }
  for (const name of OF_A_NEW_WORKGROUP) {
    if (settings[name] !== undefined && workgroup !== undefined) {
      say(name, `is for a new workgroup, but ${workgroup} already exists`);
    }
  }
  if (settings.email !== undefined && settings.topicArn !== undefined) {
    say(
      'email',
      `is for a new topic: aws sns subscribe --topic-arn ${settings.topicArn} --protocol email --notification-endpoint ${settings.email} subscribes it to yours`,
    );
  }
  if (settings.lakeKeyArn !== undefined && settings.lakeBucket === undefined) {
    say('lakeKeyArn', 'needs lakeBucket too: it is the key of your own bucket');
  }
  const account = meantAccount(settings);
  for (const name of [...OF_THE_ACCOUNT, ...KEYS] as const) {
    const { region: arnRegion = '', account: arnAccount = '' } = parseArn(settings[name] ?? '') ?? {};
    if (arnRegion !== '' && arnRegion !== region)
      say(name, `is in ${arnRegion}, but the deployment is in ${region}`);
    // A key may belong to another account.
    if (!KEYS.some((key) => key === name) && arnAccount !== '' && arnAccount !== account) {
      say(name, `belongs to account ${arnAccount}, but the deployment is in ${account}`);
    }
  }
}

const OF_A_NEW_WORKGROUP = [
  'subnetIds',
  'securityGroupIds',
  'baseCapacity',
  'maxCapacity',
  'usageLimit',
] as const;

/** Parameters whose ARNs must belong to the account of the deployment. */
const OF_THE_ACCOUNT = ['workgroupArn', 'copyRoleArn', 'secretArn', 'topicArn'] as const;
const KEYS = ['lakeKeyArn', 'secretKeyArn'] as const;

/** The account that the parameters name, either directly or in an ARN. */
export function meantAccount(
  settings: Pick<Settings, 'account' | (typeof OF_THE_ACCOUNT)[number]>,
): string | undefined {
  const byArn = OF_THE_ACCOUNT.map((name) => parseArn(settings[name] ?? '')?.account);
  return [settings.account, ...byArn].find((account) => account !== undefined);
}

/** Finds the place of a parameter: the command line, else the stage's block of serverless.yml, else the block `default`. */
export function placesIn(serverlessYml: string, stage: string, onCommandLine: readonly string[]): Places {
  const document = parseDocument(serverlessYml, { prettyErrors: false });
  return (name) => {
    if (onCommandLine.includes(name)) return `--param ${name}`;
    for (const block of [stage, 'default']) {
      const parameters = document.getIn(['params', block], true);
      if (!isMap(parameters)) continue;
      const key = parameters.items.find((item) => isScalar(item.key) && item.key.value === name)?.key;
      const offset = isScalar(key) ? key.range?.[0] : undefined;
      if (offset === undefined) continue;
      const before = serverlessYml.slice(0, offset).split('\n');
      return `serverless.yml:${before.length}:${(before.at(-1)?.length ?? 0) + 1}: params.${block}.${name}`;
    }
    return `--param ${name}`;
  };
}
