import { isMap, isScalar, parseDocument } from 'yaml';
import { z } from 'zod';
import { parseArn } from '../core/arn';
import { LoadError } from '../core/errors';

/** Of the commercial Regions: Step Functions' own ARNs are written down for these. */
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

/** Every parameter of the service, as `--param name=value` or under `params` in serverless.yml. '' is: not given. */
export const PARAMETERS = {
  /** The account that is deployed into: another one is refused before anything changes. */
  account: z.string().regex(/^\d{12}$/, 'an account: 12 digits'),
  /** Likewise the Region. */
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a Region, for example us-east-1'),
  /** A bucket that is there. Left out: one is made. */
  lakeBucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of an S3 bucket'),
  /** The KMS key that the bucket is encrypted with by default, where it is. */
  lakeKeyArn: arn('kms', 'key/.+', 'the ARN of a KMS key'),
  /** A Redshift Serverless workgroup that is there. Left out: a namespace and a workgroup are made. */
  workgroup: z.string().regex(/^[a-z0-9-]{3,64}$/, 'the name of a Redshift Serverless workgroup'),
  /** Its ARN, which holds an id and not the name: what the functions may use. */
  workgroupArn: arn('redshift-serverless', 'workgroup/.+', 'the ARN of a Redshift Serverless workgroup'),
  database: z.string().regex(/^[a-z_][a-z0-9_$]{0,63}$/, 'the name of a database, in lower case'),
  /** The role that COPY reads with, attached to the workgroup's namespace. Left out: one is made, to be attached. */
  copyRoleArn: arn('iam', 'role/.+', 'the ARN of an IAM role'),
  /** A secret with the database user. Left out: the user is that of the role of the statements. */
  secretArn: arn('secretsmanager', 'secret:.+', 'the ARN of a Secrets Manager secret'),
  /** The KMS key that the secret is encrypted with, where it is another than Secrets Manager's own. */
  secretKeyArn: arn('kms', 'key/.+', 'the ARN of a KMS key'),
  /** Who may take on the role of the statements for the command line. Left out: whoever of the account is allowed to. */
  operatorArns: listOf(/^arn:aws:iam::\d{12}:(role|user)\/.+$/, 'ARNs of IAM roles and users'),
  /** Where the new workgroup stands, with commas between; left out: in the default VPC. */
  subnetIds: listOf(/^subnet-[0-9a-f]{8,17}$/, 'subnets, for example subnet-0a1b2c3d,', 3),
  securityGroupIds: listOf(/^sg-[0-9a-f]{8,17}$/, 'security groups, for example sg-0a1b2c3d,'),
  /** Redshift Processing Units of the new workgroup. */
  baseCapacity: z
    .string()
    .transform(Number)
    .refine(isCapacity, '4, a multiple of 8 up to 512, or one of 32 up to 1024'),
  /** Who hears of failures and alarms. */
  email: z.email('an e-mail address'),
} as const;
export type ParameterName = keyof typeof PARAMETERS;

type Values = { readonly [Name in ParameterName]?: z.output<(typeof PARAMETERS)[Name]> };

/** What a deployment is made of, besides the datasets. */
export interface Settings extends Omit<Values, 'region' | 'database' | 'baseCapacity'> {
  readonly service: string;
  readonly stage: string;
  readonly region: string;
  readonly database: string;
  readonly baseCapacity: number;
}

/** What a part of a deployment is called: service, stage and what it is; without parts, the deployment itself. */
export const deployedName = ({ service, stage }: Settings, ...parts: readonly string[]): string =>
  [service, stage, ...parts].join('-');

/** Names that one part of the template makes and others refer to as text. */
export const stateMachineName = (settings: Settings): string => deployedName(settings, 'load');
export const statementsRoleName = (settings: Settings): string => deployedName(settings, 'statements');

/** Where a value was written, for messages: `--param x`, or `serverless.yml:31:5: params.default.x`. */
export type Places = (name: string) => string;

const STAGE = /^[a-z][a-z0-9-]{0,14}[a-z0-9]$/;

/**
 * Checks the parameters, each by itself and all together.
 * @param given every parameter's text.
 * @throws LoadError ConfigurationError, with the place of everything that is wrong and what is expected.
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
      `--stage ${stage}: a lower-case letter, then letters, digits and "-", 2 to 16 in all: buckets and roles are named by it`,
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
      problems.join('\n'),
      'Correct the parameters; docs/deploy.md explains each.',
    );
  }
  return {
    ...settings,
    service,
    stage,
    region: deployRegion,
    database: settings.database ?? 'sluice',
    baseCapacity: settings.baseCapacity ?? 8,
  };
}

/** What is wrong only in one another's light. */
function contradictions(
  settings: Values,
  region: string,
  say: (name: string, message: string) => void,
): void {
  const { workgroup, workgroupArn } = settings;
  if (settings.region !== undefined && settings.region !== region) {
    say('region', `this deploys into ${region}`);
  }
  if (workgroup !== undefined && workgroupArn === undefined) {
    say(
      'workgroup',
      'needs workgroupArn beside it: aws redshift-serverless get-workgroup --workgroup-name ' +
        `${workgroup} --query workgroup.workgroupArn`,
    );
  }
  if (workgroup !== undefined && settings.database === undefined) {
    say('workgroup', 'needs database beside it: the one that holds the targets');
  }
  if (/^(cn|us-gov|us-iso|eu-isoe)/.test(region)) {
    say(
      'region',
      `${region} is of another partition than aws, which ARNs of this service are written down for`,
    );
  }
  if (workgroup === undefined && /^[^a-z]/.test(settings.database ?? 'sluice')) {
    say('database', 'begins with a letter where the database is a new one');
  }
  if (settings.secretKeyArn !== undefined && settings.secretArn === undefined) {
    say('secretKeyArn', 'belongs to a secret of yours: name secretArn too');
  }
  for (const name of ['workgroupArn', 'copyRoleArn', 'secretArn'] as const) {
    if (settings[name] !== undefined && workgroup === undefined)
      say(name, 'belongs to a workgroup: name that too');
  }
  for (const name of ['subnetIds', 'securityGroupIds', 'baseCapacity'] as const) {
    if (settings[name] !== undefined && workgroup !== undefined) {
      say(name, `is of a new workgroup, and ${workgroup} is there already`);
    }
  }
  if (settings.lakeKeyArn !== undefined && settings.lakeBucket === undefined) {
    say('lakeKeyArn', 'belongs to a bucket of yours: name lakeBucket too');
  }
  const account = meantAccount(settings);
  for (const name of [...OF_THE_ACCOUNT, ...KEYS] as const) {
    const { region: arnRegion = '', account: arnAccount = '' } = parseArn(settings[name] ?? '') ?? {};
    if (arnRegion !== '' && arnRegion !== region)
      say(name, `is of ${arnRegion}, and this deploys into ${region}`);
    // A key may be another account's.
    if (!KEYS.some((key) => key === name) && arnAccount !== '' && arnAccount !== account) {
      say(name, `is of account ${arnAccount}, and this deploys into ${account}`);
    }
  }
}

/** What has to be of the account that is deployed into. */
const OF_THE_ACCOUNT = ['workgroupArn', 'copyRoleArn', 'secretArn'] as const;
const KEYS = ['lakeKeyArn', 'secretKeyArn'] as const;

/** The account that the parameters name: by itself, or by an ARN. */
export function meantAccount(
  settings: Pick<Settings, 'account' | (typeof OF_THE_ACCOUNT)[number]>,
): string | undefined {
  const byArn = OF_THE_ACCOUNT.map((name) => parseArn(settings[name] ?? '')?.account);
  return [settings.account, ...byArn].find((account) => account !== undefined);
}

/** Where each parameter stands: given on the command line, else in the stage's block of serverless.yml, else in the default's. */
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
