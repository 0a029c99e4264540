import { accountOf } from '../../core/arn';
import { LONGEST_SIGNATURE_MILLISECONDS } from '../../core/copy';

/** How COPY reads objects: GetObject with presigned URLs. */
const READ = 's3:GetObject';
const PRESIGNED = 'REST-QUERY-STRING';

type OneOrMore = string | readonly string[];

interface Statement {
  readonly Sid?: string;
  readonly Effect?: string;
  readonly Principal?: '*' | Readonly<Record<string, OneOrMore>>;
  readonly NotPrincipal?: '*' | Readonly<Record<string, OneOrMore>>;
  readonly Action?: OneOrMore;
  readonly NotAction?: OneOrMore;
  readonly Resource?: OneOrMore;
  readonly NotResource?: OneOrMore;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface Reads {
  /** ARNs of sample objects that COPY would read. */
  readonly objects: readonly string[];
  /** ARN of the COPY role. */
  readonly role: string;
}

export interface PresignedReads {
  /** Statements that refuse the reads, with the reason. */
  readonly refused: readonly string[];
  /** Statements that may refuse the reads, by a condition that only AWS can evaluate (a network, a tag). */
  readonly unknown: readonly string[];
}

/**
 * Finds the statements of a bucket policy that refuse Redshift's presigned reads.
 * @param text the policy as S3 returns it.
 * @throws SyntaxError if the text is not JSON.
 */
export function presignedReads(text: string, reads: Reads): PresignedReads {
  const { Statement: statements = [] } = JSON.parse(text) as { Statement?: Statement | Statement[] };
  const found = [statements]
    .flat()
    .filter(({ Effect }) => Effect === 'Deny')
    .map((statement, index) => ({
      name: statement.Sid === undefined ? `Deny statement ${index + 1}` : `statement ${statement.Sid}`,
      statement,
    }))
    .filter(({ statement }) => concerns(statement, reads))
    .map(({ name, statement }) => {
      const conditions = conditionsOf(statement).map((each) => ({ ...each, holds: holds(each, reads) }));
      const unknown = conditions.filter((each) => each.holds === undefined).map(({ key }) => key);
      return { name, conditions, applies: conditions.every((each) => each.holds !== false), unknown };
    })
    .filter(({ applies }) => applies);
  return {
    refused: found
      .filter(({ unknown }) => unknown.length === 0)
      .map(({ name, conditions }) => `${name} ${reasonOf(conditions, reads)}`),
    unknown: found
      .filter(({ unknown }) => unknown.length > 0)
      .map(({ name, unknown }) => `${name} refuses them if its condition on ${unknown.join(', ')} holds`),
  };
}

function concerns(statement: Statement, { objects, role }: Reads): boolean {
  const { Action, NotAction, Resource, NotResource, Principal, NotPrincipal } = statement;
  const concernsReads = NotAction === undefined ? fits(Action, READ) : !fits(NotAction, READ);
  const concernsObjects = objects.some((object) =>
    NotResource === undefined ? fits(Resource, object) : !fits(NotResource, object),
  );
  const concernsRole = NotPrincipal === undefined ? isAmong(Principal, role) : !isAmong(NotPrincipal, role);
  return concernsReads && concernsObjects && concernsRole;
}

function isAmong(principal: Statement['Principal'], role: string): boolean {
  if (principal === undefined) return false;
  if (principal === '*') return true;
  const account = accountOf(role);
  const named = [principal.AWS ?? []].flat();
  return named.some((each) => ['*', role, account, `arn:aws:iam::${account}:root`].includes(each));
}

interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

function conditionsOf({ Condition = {} }: Statement): Condition[] {
  return Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, value]) => ({ operator, key, values: [value].flat().map(String) })),
  );
}

/** Whether a condition holds for a read of COPY; undefined if only AWS can evaluate it. */
function holds({ operator, key, values }: Condition, { role }: Reads): boolean | undefined {
  const comparison = operator.replace(/IfExists$/, '');
  const comparesText = /^(String|Arn)(Not)?(Equals|Like)$/.test(comparison);
  const compared = (text: string) =>
    comparesText ? fits(values, text) !== comparison.includes('Not') : undefined;
  switch (key.toLowerCase()) {
    case 's3:signatureage': {
      const limit = Math.min(...values.map(Number));
      if (comparison === 'NumericGreaterThan') return limit < LONGEST_SIGNATURE_MILLISECONDS;
      return comparison === 'NumericGreaterThanEquals' ? limit <= LONGEST_SIGNATURE_MILLISECONDS : undefined;
    }
    case 's3:authtype':
      return compared(PRESIGNED);
    case 'aws:principalarn':
      return compared(role);
    case 'aws:principalaccount':
      return compared(accountOf(role));
    case 'aws:securetransport':
      return comparison === 'Bool' ? values.includes('true') : undefined;
    default:
      return undefined;
  }
}

function reasonOf(conditions: readonly Condition[], { role }: Reads): string {
  const conditionOn = (name: string) => conditions.find(({ key }) => key.toLowerCase() === name);
  const age = conditionOn('s3:signatureage');
  if (age) {
    return `refuses signatures older than ${age.values.join(', ')} ms, and the signatures of COPY are valid for ${LONGEST_SIGNATURE_MILLISECONDS} ms`;
  }
  if (conditionOn('s3:authtype')) return 'refuses presigned URLs (s3:authType), and COPY reads with them';
  return `refuses ${READ} to ${role}`;
}

/** IAM compares actions without regard to case. Ignoring it in ARNs too does no harm here. */
function fits(patterns: OneOrMore = [], text: string): boolean {
  return [patterns].flat().some((pattern) => {
    const escaped = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    return new RegExp(`^${escaped}$`, 'i').test(text);
  });
}
