type OneOrMore = string | readonly string[];

interface Statement {
  readonly Effect?: string;
  readonly Action?: OneOrMore;
  readonly Principal?: string | { readonly Service?: OneOrMore };
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
interface Document {
  readonly Statement?: Statement | readonly Statement[];
}

/**
 * The services that a role's trust policy does not allow to assume the role.
 * @param text the policy as IAM returns it, URL-decoded.
 * @param services `redshift.amazonaws.com`
 * @param account the account that the services act for. A condition on this account is met.
 */
export function untrusted(text: string, services: readonly string[], account: string): readonly string[] {
  const statements = [(JSON.parse(text) as Document).Statement ?? []].flat();
  const named = (effect: string, service: string) =>
    statements.filter(
      (statement) =>
        statement.Effect === effect &&
        [statement.Action ?? []].flat().some((action) => ['sts:AssumeRole', 'sts:*', '*'].includes(action)) &&
        isNamed(statement, service),
    );
  return services.filter(
    (service) =>
      !named('Allow', service).some((statement) => isMet(statement, account)) ||
      named('Deny', service).length > 0,
  );
}

/** Adds a statement to the policy that trusts the services. Keeps its other statements. */
export function trusting(text: string, services: readonly string[]): object {
  const document = JSON.parse(text) as Document;
  return {
    Version: '2012-10-17',
    ...document,
    Statement: [
      ...[document.Statement ?? []].flat(),
      { Effect: 'Allow', Principal: { Service: services }, Action: 'sts:AssumeRole' },
    ],
  };
}

const isNamed = ({ Principal }: Statement, service: string): boolean =>
  Principal === '*' || (typeof Principal === 'object' && [Principal.Service ?? []].flat().includes(service));

/** Only the condition on the account is known to be met. */
function isMet({ Condition = {} }: Statement, account: string): boolean {
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(
      ([key, value]) =>
        operator.startsWith('StringEquals') &&
        key.toLowerCase() === 'aws:sourceaccount' &&
        [value].flat().includes(account),
    ),
  );
}
