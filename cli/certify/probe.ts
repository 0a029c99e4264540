import type { Known } from '../../local/behaviour/outcome';
import type { Site } from './site';

/** An assumption about AWS, and how a deployment shows whether it holds. */
export interface Probe {
  /** The group and the probe: `copy-types/int96-into-timestamptz`. `--only` takes either. */
  readonly name: string;
  /** One plain sentence. */
  readonly assumption: string;
  /** Where in Sluice it matters: a file or a page, and why. */
  readonly matters: string;
  readonly needs: readonly Need[];
  readonly costs: Costs;
  /** Whether the probes of its group use the same things: together they cost as much as one, for each stream. */
  readonly shared?: boolean;
  /** Whether such probes run one after another. */
  readonly inTurn?: boolean;
  /** The rows of the twin's tables that it turns into facts. */
  readonly covers?: readonly Known[];
  /** Words from the twin's lists of differences, which it turns into facts. */
  readonly settles?: readonly string[];
  /**
   * Tries it.
   * @throws NotTried; any other error ends this probe alone.
   */
  run(site: Site): Promise<Verdict>;
}

/** What a probe uses of the deployment, in the order in which the plan tells it. */
export type Need = keyof typeof NEEDS;
export const NEEDS = {
  database: 'statements in the deployment’s database, which need no right in it',
  warehouse: 'CREATE on the database for the user of the statements: a schema for the probes',
  lake: 's3:PutObject, s3:DeleteObject and s3:ListBucket on the lake’s bucket under sluice/certify/',
  copy: 'the COPY role, which reads sluice/',
  superuser: 'statements that run as a superuser (a new workgroup’s do): a database user for the probes',
  states:
    'states:CreateStateMachine, DeleteStateMachine, StartExecution and GetExecutionHistory for a state machine sluice-certify-…, states:DescribeStateMachine on the stack’s, and iam:PassRole on its role',
  stream:
    's3:ListBucket and s3:GetObject under the datasets’ prefixes; the COPY role must read there as well',
} as const;

/** How much a probe uses. */
export interface Costs {
  /** SQL statements. */
  readonly statements?: number;
  /** Requests to S3. */
  readonly requests?: number;
  /** Transitions of a state machine. */
  readonly transitions?: number;
}

export interface Verdict {
  readonly outcome: 'holds' | 'does not hold';
  /** What AWS did, as it says it. */
  readonly seen: string;
}

/** The outcome of a probe. `failed`: the probe itself ended in an error, which says nothing about the assumption. */
export type Outcome = Verdict['outcome'] | 'could not be tried' | 'failed';

/** Why a probe says nothing about its assumption: a right is missing, or there is nothing to look at. */
export class NotTried extends Error {
  override readonly name = 'NotTried';
}

export const verdict = (holds: boolean, seen: string): Verdict => ({
  outcome: holds ? 'holds' : 'does not hold',
  seen,
});

/** A text as a part of a probe's name. */
export const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}0-9.]+/gu, '-')
    .replace(/^-|-$/g, '');

export const groupOf = ({ name }: Pick<Probe, 'name'>): string => name.split('/')[0] ?? '';
