import * as z from 'zod';
import { QueryService } from '../http/query-service';
import { checkMembers } from '../http/validation';
import { ServiceError } from '../service-error';
import { roleId, type Account } from './account';
import { policyDocument, type PolicyDocument } from './policy-document';
import type { Role } from './principal';

const ofRole = z.strictObject({ RoleName: z.string() });
const ofPolicy = ofRole.extend({ PolicyName: z.string() });
const putPolicy = ofPolicy.extend({ PolicyDocument: z.string() });
const trust = ofRole.extend({ PolicyDocument: z.string() });
const simulation = z.strictObject({
  PolicySourceArn: z.string(),
  ActionNames: z.array(z.string()).min(1),
  ResourceArns: z.array(z.string()).default(['*']),
});

/** AWS IAM: roles and their inline policies. https://docs.aws.amazon.com/IAM/latest/APIReference/ */
export class IamService extends QueryService {
  readonly name = 'iam';

  constructor(private readonly account: Account) {
    super({ namespace: 'https://iam.amazonaws.com/doc/2010-05-08/', version: '2010-05-08' });
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- callers expect a rejection, not a throw
  async call(operation: string, input: unknown): Promise<unknown> {
    switch (operation) {
      case 'GetRole':
        return { Role: description(this.role(read(ofRole, input).RoleName)) };
      case 'UpdateAssumeRolePolicy': {
        const { RoleName, PolicyDocument } = read(trust, input);
        this.role(RoleName).trust = parsed(PolicyDocument);
        return {};
      }
      case 'ListRolePolicies':
        return {
          PolicyNames: [...this.role(read(ofRole, input).RoleName).policies.keys()],
          IsTruncated: false,
        };
      case 'GetRolePolicy': {
        const { RoleName, PolicyName } = read(ofPolicy, input);
        const document = this.role(RoleName).policies.get(PolicyName);
        if (!document) throw noSuchEntity(`The role policy with name ${PolicyName} cannot be found.`);
        return { RoleName, PolicyName, PolicyDocument: encoded(document) };
      }
      case 'PutRolePolicy': {
        const { RoleName, PolicyName, PolicyDocument } = read(putPolicy, input);
        this.role(RoleName).policies.set(PolicyName, parsed(PolicyDocument));
        return {};
      }
      case 'DeleteRolePolicy': {
        const { RoleName, PolicyName } = read(ofPolicy, input);
        if (!this.role(RoleName).policies.delete(PolicyName))
          throw noSuchEntity(`The role policy with name ${PolicyName} cannot be found.`);
        return {};
      }
      case 'SimulatePrincipalPolicy':
        return this.simulate(read(simulation, input));
      default:
        throw new ServiceError('InvalidAction', `The twin has no operation ${operation} of IAM`);
    }
  }

  /** Decides by the identity's own policies: the request contains no resource policy. */
  private simulate({ PolicySourceArn, ActionNames, ResourceArns }: z.infer<typeof simulation>): object {
    const role = this.account.roleOfArn(PolicySourceArn);
    if (!role) throw noSuchEntity(`The role with arn ${PolicySourceArn} cannot be found.`);
    return {
      EvaluationResults: ActionNames.flatMap((action) =>
        ResourceArns.map((resource) => ({
          EvalActionName: action,
          EvalResourceName: resource,
          EvalDecision: this.account.decideByRole(role, { action, resource }),
        })),
      ),
      IsTruncated: false,
    };
  }

  private role(name: string): Role {
    const role = this.account.role(name);
    if (!role) throw noSuchEntity(`The role with name ${name} cannot be found.`);
    return role;
  }
}

function description(role: Role): object {
  return {
    Path: '/',
    RoleName: role.name,
    RoleId: roleId(role),
    Arn: role.arn,
    CreateDate: new Date(0),
    AssumeRolePolicyDocument: encoded(role.trust),
  };
}

/** IAM returns documents percent-encoded [AWS: GetRole]. */
const encoded = (document: PolicyDocument): string => encodeURIComponent(JSON.stringify(document));

function parsed(text: string): PolicyDocument {
  try {
    return policyDocument.parse(JSON.parse(text));
  } catch (error) {
    throw new ServiceError('MalformedPolicyDocument', (error as Error).message);
  }
}

const read = <Shape extends z.ZodType>(shape: Shape, input: unknown) =>
  checkMembers(shape, input, 'ValidationError');

const noSuchEntity = (message: string) => new ServiceError('NoSuchEntity', message, 404);
