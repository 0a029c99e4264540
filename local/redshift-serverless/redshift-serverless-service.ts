import * as z from 'zod';
import { JsonOperations, operation } from '../http/json-operations';
import { ServiceError } from '../service-error';
import type { Stack } from '../stack';
import { UsageLimits } from './usage-limits';

/**
 * The stack's namespaces and workgroups.
 * @param iamRoles ARNs of the roles attached to the namespace. COPY reads them and UpdateNamespace changes them.
 */
export function redshiftServerlessService(
  { namespaces, workgroups, region, accountId }: Stack,
  iamRoles: string[],
): JsonOperations {
  const defaults = new Map(namespaces.map(({ name, defaultIamRole }) => [name, defaultIamRole]));
  const open = new Map(workgroups.map(({ name, publiclyAccessible }) => [name, publiclyAccessible]));
  const namespaceOf = (name: string) => {
    const namespace = namespaces.find((each) => each.name === name);
    if (!namespace) throw notFound(`The namespace ${name} was not found.`);
    return {
      namespaceName: name,
      namespaceArn: namespace.arn,
      namespaceId: namespace.id,
      dbName: namespace.database,
      adminUsername: namespace.adminUsername,
      adminPasswordSecretArn: `arn:aws:secretsmanager:${region}:${accountId}:secret:redshift!${name}-${namespace.adminUsername}-AbCdEf`,
      // The API returns them in this form, not as ARNs.
      iamRoles: iamRoles.map((arn) => `IamRole(applyStatus=in-sync, iamRoleArn=${arn})`),
      defaultIamRoleArn: defaults.get(name),
      status: 'AVAILABLE',
    };
  };
  const workgroupOf = (workgroupName: string) => {
    const workgroup = workgroups.find(({ name }) => name === workgroupName);
    if (!workgroup) throw notFound(`The workgroup ${workgroupName} was not found.`);
    return {
      workgroupName,
      workgroupArn: workgroup.arn,
      workgroupId: workgroup.id,
      namespaceName: workgroup.namespace,
      publiclyAccessible: open.get(workgroupName),
      baseCapacity: workgroup.baseCapacity,
      maxCapacity: workgroup.maxCapacity,
      status: 'AVAILABLE',
      endpoint: {
        address: `${workgroupName}.${accountId}.${region}.redshift-serverless.amazonaws.com`,
        port: 5439,
      },
    };
  };
  const limits = new UsageLimits(workgroups.map(({ arn }) => arn));
  return new JsonOperations('redshift-serverless', 'RedshiftServerless', {
    ...limits.operations,
    GetNamespace: operation(z.strictObject({ namespaceName: z.string() }), ({ namespaceName }) => ({
      namespace: namespaceOf(namespaceName),
    })),
    UpdateNamespace: operation(
      z.strictObject({
        namespaceName: z.string(),
        iamRoles: z.array(z.string()).optional(),
        defaultIamRoleArn: z.string().optional(),
      }),
      ({ namespaceName, iamRoles: given, defaultIamRoleArn }) => {
        namespaceOf(namespaceName);
        if (given) iamRoles.splice(0, iamRoles.length, ...given);
        if (defaultIamRoleArn !== undefined) defaults.set(namespaceName, defaultIamRoleArn);
        return { namespace: namespaceOf(namespaceName) };
      },
    ),
    GetWorkgroup: operation(z.strictObject({ workgroupName: z.string() }), ({ workgroupName }) => ({
      workgroup: workgroupOf(workgroupName),
    })),
    UpdateWorkgroup: operation(
      z.strictObject({ workgroupName: z.string(), publiclyAccessible: z.boolean() }),
      ({ workgroupName, publiclyAccessible }) => {
        workgroupOf(workgroupName);
        open.set(workgroupName, publiclyAccessible);
        return { workgroup: workgroupOf(workgroupName) };
      },
    ),
  });
}

const notFound = (message: string) => new ServiceError('ResourceNotFoundException', message);
