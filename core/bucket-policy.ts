/** COPY reads by presigned URLs that are valid for so long. Source: Amazon Redshift, "COPY from columnar data formats". */
export const LONGEST_SIGNATURE_MILLISECONDS = 3_600_000;

/** What COPY does to them. */
const READ = 's3:GetObject';

type OneOrMore = string | readonly string[];

interface Statement {
  readonly Sid?: string;
  readonly Effect?: string;
  readonly Action?: OneOrMore;
  readonly NotAction?: OneOrMore;
  readonly Resource?: OneOrMore;
  readonly NotResource?: OneOrMore;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * What of a bucket's policy refuses Redshift's presigned reads, a text for each statement. Other conditions (networks,
 * principals) may refuse them too; of these only AWS knows.
 * @param text the policy as S3 gives it.
 * @param objects ARNs of objects like those that COPY reads.
 * @throws SyntaxError for what is no JSON
 */
export function presignedReadProblems(text: string, objects: readonly string[]): string[] {
  const { Statement: statements = [] } = JSON.parse(text) as { Statement?: Statement | Statement[] };
  return [statements]
    .flat()
    .filter(({ Effect }) => Effect === 'Deny')
    .flatMap((statement, index) => {
      if (!isOfReads(statement) || !objects.some((object) => isOf(statement, object))) return [];
      const name = statement.Sid === undefined ? `Deny statement ${index + 1}` : `statement ${statement.Sid}`;
      return [...signatureAge(statement), ...authenticationType(statement)].map(
        (problem) => `${name} ${problem}`,
      );
    });
}

const isOfReads = ({ Action, NotAction }: Statement): boolean =>
  NotAction === undefined ? fits(Action, READ) : !fits(NotAction, READ);

const isOf = ({ Resource, NotResource }: Statement, object: string): boolean =>
  NotResource === undefined ? fits(Resource, object) : !fits(NotResource, object);

/** Actions are told apart without regard to case, and no harm is done where resources are too. */
function fits(patterns: OneOrMore = [], text: string): boolean {
  return [patterns].flat().some((pattern) => {
    const escaped = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    return new RegExp(`^${escaped}$`, 'i').test(text);
  });
}

function signatureAge({ Condition = {} }: Statement): string[] {
  return Object.entries(Condition)
    .filter(([operator]) => /^NumericGreaterThan(Equals)?(IfExists)?$/.test(operator))
    .flatMap(([operator, keys]) =>
      valuesOf(keys, 's3:signatureAge').map((value) => ({ operator, value: Number(value) })),
    )
    .filter(({ operator, value }) =>
      operator.includes('Equals')
        ? value <= LONGEST_SIGNATURE_MILLISECONDS
        : value < LONGEST_SIGNATURE_MILLISECONDS,
    )
    .map(
      ({ value }) =>
        `refuses signatures older than ${value} ms, and those of COPY are valid for ${LONGEST_SIGNATURE_MILLISECONDS} ms`,
    );
}

function authenticationType({ Condition = {} }: Statement): string[] {
  const refuses = Object.entries(Condition).some(([operator, keys]) => {
    const types = valuesOf(keys, 's3:authType');
    if (/^StringNotEquals/.test(operator)) return types.length > 0 && !types.includes('REST-QUERY-STRING');
    return /^StringEquals/.test(operator) && types.includes('REST-QUERY-STRING');
  });
  return refuses ? ['refuses presigned URLs (s3:authType), and COPY reads by them'] : [];
}

function valuesOf(keys: Readonly<Record<string, unknown>>, name: string): string[] {
  return Object.entries(keys)
    .filter(([key]) => key.toLowerCase() === name.toLowerCase())
    .flatMap(([, value]) => [value].flat())
    .map(String);
}
