import * as z from 'zod';
import { readProperties } from './properties';
import type { StackScope } from './stack-scope';
import type { Resource } from './template';

export interface PlannedNamespace {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly id: string;
  readonly database: string;
  readonly adminUsername: string;
  readonly iamRoles: readonly string[];
  readonly defaultIamRole: string | undefined;
}

export interface PlannedWorkgroup {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly id: string;
  readonly namespace: string;
  readonly publiclyAccessible: boolean;
  readonly baseCapacity: number;
  /** Undefined: no limit but that of the service. */
  readonly maxCapacity: number | undefined;
}

const namespace = z.object({
  NamespaceName: z.string(),
  DbName: z.string(),
  AdminUsername: z.string(),
  ManageAdminPassword: z.literal(true),
  IamRoles: z.array(z.string()).default([]),
  DefaultIamRoleArn: z.string().optional(),
});

/** `AWS::RedshiftServerless::Namespace` */
export function planNamespace(
  scope: StackScope,
  logicalId: string,
  { Properties: given }: Resource,
): PlannedNamespace {
  const properties = readProperties(scope, logicalId, given, {
    effective: namespace,
    without: ['LogExports', 'Tags'],
  });
  return {
    logicalId,
    name: properties.NamespaceName,
    arn: scope.attributeOf(logicalId, 'Namespace.NamespaceArn'),
    id: scope.attributeOf(logicalId, 'Namespace.NamespaceId'),
    database: properties.DbName,
    adminUsername: properties.AdminUsername,
    iamRoles: properties.IamRoles,
    defaultIamRole: properties.DefaultIamRoleArn,
  };
}

const workgroup = z.object({
  WorkgroupName: z.string(),
  NamespaceName: z.string(),
  PubliclyAccessible: z.boolean().default(false),
  BaseCapacity: z.number().default(128),
  MaxCapacity: z.number().optional(),
});

/** `AWS::RedshiftServerless::Workgroup` */
export function planWorkgroup(
  scope: StackScope,
  logicalId: string,
  { Properties: given }: Resource,
): PlannedWorkgroup {
  const properties = readProperties(scope, logicalId, given, {
    effective: workgroup,
    without: ['SubnetIds', 'SecurityGroupIds', 'Tags'],
  });
  return {
    logicalId,
    name: properties.WorkgroupName,
    arn: scope.attributeOf(logicalId, 'Workgroup.WorkgroupArn'),
    id: scope.attributeOf(logicalId, 'Workgroup.WorkgroupId'),
    namespace: properties.NamespaceName,
    publiclyAccessible: properties.PubliclyAccessible,
    baseCapacity: properties.BaseCapacity,
    maxCapacity: properties.MaxCapacity,
  };
}
