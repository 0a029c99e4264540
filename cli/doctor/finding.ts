import { nameOfRole, roleOfSession } from '../../core/arn';
import type { Dataset } from '../../core/dataset';
import { deployAgainOr, shellJson } from './commands';
import type { Site } from './site';

/** What a check found of one thing. */
export interface Finding {
  /** `COPY role attached` */
  readonly check: string;
  /** What was looked at: a bucket, a role, a dataset … */
  readonly subject: string;
  readonly ok: boolean;
  /** What is so where it is ok, what is wrong where it is not. */
  readonly text: string;
  /** The exact command or change that mends it; null where it is ok. */
  readonly fix: string | null;
}

export interface Check {
  readonly title: string;
  /** What somebody needs to look at it, told where he may not. */
  readonly needs: string;
  /** What has to be well before this can be looked at. */
  readonly after?: Check;
  /** @throws whatever a client throws: told as a finding. */
  run(site: Site): Promise<readonly (Passed | Failed)[]>;
}

export interface Passed {
  readonly subject: string;
  readonly text: string;
}
export interface Failed extends Passed {
  readonly fix: string;
}

/** Runs a check; what cannot be looked at is a finding too, never an end of the others. */
export async function findingsOf(check: Check, site: Site): Promise<Finding[]> {
  const found = await check
    .run(site)
    .catch((error: Error) => [{ subject: '', ...notLookedAt(error, check, site) }]);
  return found.map((each) => ({
    check: check.title,
    subject: each.subject,
    ok: !('fix' in each),
    text: each.text,
    fix: 'fix' in each ? each.fix : null,
  }));
}

/** The finding of a check that waits for another one to be mended. */
export const waiting = ({ title, after }: Check): Finding => ({
  check: title,
  subject: '',
  ok: false,
  text: `could not be looked at: ${after?.title ?? ''} is wrong`,
  fix: 'Mend that first.',
});

/** Looks at each dataset by itself: what cannot be looked at of one hides nothing of the others. */
export async function ofEach(
  check: Pick<Check, 'needs'>,
  site: Site,
  datasets: readonly Dataset[],
  look: (dataset: Dataset) => Promise<readonly (Passed | Failed)[]>,
): Promise<readonly (Passed | Failed)[]> {
  const found = datasets.map((dataset) =>
    look(dataset).catch((error: Error) => [
      { subject: `dataset ${dataset.name}`, ...notLookedAt(error, check, site) },
    ]),
  );
  return (await Promise.all(found)).flat();
}

/** Of a call that failed: whose right is missing where it is one, else what the service says. */
function notLookedAt(
  { name, message }: Error,
  { needs }: Pick<Check, 'needs'>,
  { statementsRoleArn, connection }: Site,
): Omit<Failed, 'subject'> {
  const text = `could not be looked at: ${name}: ${message}`;
  const [, user = '', action, resource = '*'] =
    /User: (\S+) is not authorized to perform: ([\w-]+:\w+)(?: on resource: (\S+))?/.exec(message) ?? [];
  if (action === undefined) {
    return {
      text,
      fix: `Mend what it says; where it is a right of yours that is missing, it is ${needs}.`,
    };
  }
  const role = nameOfRole(statementsRoleArn);
  if (roleOfSession(user) !== role) return { text, fix: `Allow ${action} on ${resource} to ${user}.` };
  const document = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: action, Resource: resource }],
  };
  const put = `aws iam put-role-policy --role-name ${role} --policy-name sluice-${action.replace(':', '-')} --policy-document ${shellJson(document)}`;
  return { text, fix: deployAgainOr(connection, put) };
}
