import { nameOfRole, roleOfSession } from '../../core/arn';
import type { Dataset } from '../../core/dataset';
import { oneLine } from '../../core/one-line';
import { shellJson } from '../shared/commands';
import { deployAgainOr } from './commands';
import type { Site } from './site';

/** The result of a check for one subject. */
export interface Finding {
  /** The check's title: `COPY role attached`. */
  readonly check: string;
  /** What was checked: a bucket, a role, a dataset … */
  readonly subject: string;
  readonly ok: boolean;
  /** The state if it is ok, else what is wrong. */
  readonly text: string;
  /** The exact command or change that fixes it; null if it is ok. */
  readonly fix: string | null;
}

export interface Check {
  readonly title: string;
  /** The rights that the check needs, shown if they are missing. */
  readonly needs: string;
  /** The check that has to pass before this one can run. */
  readonly after?: Check;
  /** @throws the errors of the clients, which become findings. */
  run(site: Site): Promise<readonly (Passed | Failed)[]>;
}

export interface Passed {
  readonly subject: string;
  readonly text: string;
}
export interface Failed extends Passed {
  readonly fix: string;
}

/** Runs a check. If it cannot run, that is a finding too, and the other checks go on. */
export async function findingsOf(check: Check, site: Site): Promise<Finding[]> {
  const found = await check
    .run(site)
    .catch((error: Error) => [{ subject: '', ...notChecked(error, check, site) }]);
  return found.map((each) => ({
    check: check.title,
    subject: oneLine(each.subject),
    ok: !('fix' in each),
    text: oneLine(each.text),
    fix: 'fix' in each ? each.fix.split('\n').map(oneLine).join('\n') : null,
  }));
}

/** The finding of a check that cannot run because an earlier one failed. */
export const waiting = ({ title, after }: Check): Finding => ({
  check: title,
  subject: '',
  ok: false,
  text: `could not be checked: "${after?.title ?? ''}" has to pass first`,
  fix: 'Fix that first.',
});

/** Checks each dataset separately, so that an error with one hides no finding about the others. */
export async function ofEach(
  check: Pick<Check, 'needs'>,
  site: Site,
  datasets: readonly Dataset[],
  look: (dataset: Dataset) => Promise<readonly (Passed | Failed)[]>,
): Promise<readonly (Passed | Failed)[]> {
  const found = datasets.map((dataset) =>
    look(dataset).catch((error: Error) => [
      { subject: `dataset ${dataset.name}`, ...notChecked(error, check, site) },
    ]),
  );
  return (await Promise.all(found)).flat();
}

/** Explains a failed call: the missing right and who lacks it, or else the service's message. */
function notChecked(
  { name, message }: Error,
  { needs }: Pick<Check, 'needs'>,
  { statementsRoleArn, connection }: Site,
): Omit<Failed, 'subject'> {
  const text = `could not be checked: ${name}: ${message}`;
  const [, user = '', action, resource = '*'] =
    /User: (\S+) is not authorized to perform: ([\w-]+:\w+)(?: on resource: (\S+))?/.exec(message) ?? [];
  if (action === undefined) {
    return {
      text,
      fix: `Fix what the message says. If you lack a right, you need ${needs}.`,
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
