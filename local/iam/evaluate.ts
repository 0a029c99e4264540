import { ServiceError } from '../service-error';
import { ANY_CHARACTER, ANY_TEXT, fitsPattern, type Pattern } from '../wildcards';
import type { PolicyDocument, PolicyStatement } from './policy-document';

/** A permission that a call needs. */
export interface Permission {
  /** `s3:GetObject` */
  readonly action: string;
  /** An ARN, or `*` for an action that has no resources. */
  readonly resource: string;
  /** The call's condition keys: `s3:prefix`, `aws:SecureTransport` … A missing key is absent from the call. */
  readonly context?: Readonly<Record<string, string>>;
}

export type Decision = 'allowed' | 'explicitDeny' | 'implicitDeny';

/**
 * Decides as IAM does: a matching Deny wins; otherwise one matching Allow is enough.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 * @param isFor whether a statement of a resource policy applies to the caller. Default: every statement applies.
 * @throws ServiceError `UnsupportedPolicy` for a condition operator that the twin does not have
 */
export function evaluate(
  policies: readonly PolicyDocument[],
  permission: Permission,
  isFor: (statement: PolicyStatement) => boolean = () => true,
): Decision {
  const fitting = policies
    .flatMap(({ Version, Statement }) => Statement.map((statement) => ({ ...statement, Version })))
    .filter((statement) => isFor(statement) && fits(statement, permission));
  if (fitting.some(({ Effect }) => Effect === 'Deny')) return 'explicitDeny';
  return fitting.length > 0 ? 'allowed' : 'implicitDeny';
}

function fits(
  statement: PolicyStatement & Pick<PolicyDocument, 'Version'>,
  { action, resource, context = {} }: Permission,
): boolean {
  const variables = (text: string) =>
    statement.Version === '2008-10-17'
      ? text
      : text.replace(/\$\{([^}]+)\}/g, (whole, name: string) => context[name] ?? whole);
  return (
    // Actions are case-insensitive.
    statement.Action.some((pattern) => like(pattern.toLowerCase(), action.toLowerCase())) &&
    (statement.Resource ?? ['*']).some((pattern) => like(variables(pattern), resource)) &&
    Object.entries(statement.Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, expected]) =>
        holds(operator, lookUp(context, key), expected.map(variables)),
      ),
    )
  );
}

/** Condition keys are case-insensitive. */
function lookUp(context: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
}

const OPERATORS: Readonly<Record<string, (found: string, expected: string) => boolean>> = {
  StringEquals: (found, expected) => found === expected,
  StringLike: (found, expected) => like(expected, found),
  ArnEquals: (found, expected) => like(expected, found),
  ArnLike: (found, expected) => like(expected, found),
  Bool: (found, expected) => found === expected,
  NumericGreaterThan: (found, expected) => Number(found) > Number(expected),
  NumericLessThanEquals: (found, expected) => Number(found) <= Number(expected),
};

/** A condition on a missing key fails, unless its operator ends in IfExists. */
function holds(operator: string, found: string | undefined, expected: readonly string[]): boolean {
  const [, name = '', ifExists] = /^(.*?)(IfExists)?$/.exec(operator) ?? [];
  const compare = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (compare === undefined) {
    throw new ServiceError('UnsupportedPolicy', `The twin has no condition operator ${operator}`, 501);
  }
  if (found === undefined) return ifExists !== undefined;
  return expected.some((value) => compare(found, value));
}

const WILDCARDS: Readonly<Record<string, Pattern[number]>> = { '*': ANY_TEXT, '?': ANY_CHARACTER };

/** `*` matches any text, `?` any one character. */
export function like(pattern: string, text: string): boolean {
  return fitsPattern(
    text,
    pattern.split('').map((character) => WILDCARDS[character] ?? character),
  );
}
