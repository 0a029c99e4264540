import { createHash } from 'node:crypto';
import { evaluate, noValue, resolve, type Scope } from './intrinsics';
import { nestedNames, resourceTypes, type Identity } from './resource-types';
import { StackError } from './stack-error';
import type { Resource, Template } from './template';

export interface StackSettings {
  readonly stackName: string;
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
  /** Values of the template's parameters, before their defaults. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** The names in a template, and their values in one account and Region. */
export class StackScope implements Scope {
  private readonly pseudoParameters: Readonly<Record<string, unknown>>;
  /** Names that are being resolved, to detect circular references. */
  private readonly pending = new Set<string>();

  constructor(
    private readonly template: Template,
    private readonly settings: StackSettings,
  ) {
    this.pseudoParameters = pseudoParameters(settings);
  }

  /** The resources whose condition holds, by logical id. */
  resources(): readonly (readonly [string, Resource])[] {
    return Object.entries(this.template.Resources).filter(
      ([logicalId, { Condition: name }]) =>
        name === undefined || this.condition(name, `${logicalId}.Condition`),
    );
  }

  /** A resource's property with resolved intrinsic functions. @throws StackError */
  property(logicalId: string, name: string): unknown {
    const value = this.template.Resources[logicalId]?.Properties[name];
    const resolved = resolve(value, this, `${logicalId}.Properties.${name}`);
    return resolved === noValue ? undefined : resolved;
  }

  /** The template's outputs with resolved intrinsic functions. @throws StackError */
  outputs(): Readonly<Record<string, { readonly value: string; readonly description: string }>> {
    const entries = Object.entries(this.template.Outputs).map(([name, { Value, Description = '' }]) => {
      const value = resolve(Value, this, `Outputs.${name}`);
      if (typeof value !== 'string')
        throw new StackError('UnsupportedProperty', `Outputs.${name}`, 'is not a text');
      return [name, { value, description: Description }] as const;
    });
    return Object.fromEntries(entries);
  }

  /** The value of `Ref` for a resource. */
  refOf(logicalId: string): string {
    return this.ref(logicalId, logicalId) as string;
  }

  /** The value of `Fn::GetAtt` for a resource. */
  attributeOf(logicalId: string, attribute: string): string {
    return String(this.attribute(logicalId, attribute, logicalId));
  }

  ref(name: string, path: string): unknown {
    if (Object.hasOwn(this.pseudoParameters, name)) return this.pseudoParameters[name];
    if (Object.hasOwn(this.template.Parameters, name)) return this.parameter(name, path);
    const { type, identity } = this.resource(name, path);
    return (type.ref ?? (({ name: physical }: Identity) => physical))(identity);
  }

  attribute(logicalId: string, attribute: string, path: string): unknown {
    const { type, identity } = this.resource(logicalId, path);
    const value = type.attributes?.[attribute];
    if (value === undefined) {
      throw new StackError(
        'UnresolvedReference',
        path,
        `the twin has no attribute ${attribute} of ${logicalId}`,
      );
    }
    return value(identity);
  }

  condition(name: string, path: string): boolean {
    if (!Object.hasOwn(this.template.Conditions, name)) {
      throw new StackError('UnresolvedReference', path, `there is no condition ${name}`);
    }
    return this.once(`condition ${name}`, path, () =>
      evaluate(this.template.Conditions[name], this, `Conditions.${name}`),
    );
  }

  mapping(map: string, first: string, second: string, path: string): unknown {
    const value = this.template.Mappings[map]?.[first]?.[second];
    if (value === undefined) {
      throw new StackError('UnresolvedReference', path, `there is no mapping ${map}.${first}.${second}`);
    }
    return value;
  }

  private parameter(name: string, path: string): unknown {
    const { Type: type, Default: fallback } = this.template.Parameters[name]!;
    if (type.startsWith('AWS::SSM::')) {
      throw new StackError(
        'UnresolvedReference',
        path,
        `${name} is read from Parameter Store, which the twin does not have`,
      );
    }
    const value = this.settings.parameters?.[name] ?? fallback;
    if (value === undefined) {
      throw new StackError('UnresolvedReference', path, `the parameter ${name} has no value and no default`);
    }
    return type === 'CommaDelimitedList' || type.startsWith('List<')
      ? String(value).split(',')
      : String(value);
  }

  private resource(logicalId: string, path: string) {
    const resource = this.template.Resources[logicalId];
    if (resource === undefined) {
      throw new StackError('UnresolvedReference', path, `there is no resource or parameter ${logicalId}`);
    }
    const { Condition: condition, Type: typeName } = resource;
    if (condition !== undefined && !this.condition(condition, path)) {
      throw new StackError(
        'UnresolvedReference',
        path,
        `${logicalId} is not deployed: ${condition} does not hold`,
      );
    }
    const type = resourceTypes[typeName];
    if (type === undefined) {
      throw new StackError(
        'UnresolvedReference',
        path,
        `the twin does not know references to ${typeName} (${logicalId})`,
      );
    }
    const { region, accountId } = this.settings;
    const name = this.once(logicalId, path, () => this.physicalName(logicalId, resource, type.nameProperty));
    return { type, identity: { logicalId, name, region, accountId, partition: partitionOf(region) } };
  }

  /** CloudFormation adds random letters to generated names. The twin does not, so that it finds its state again. */
  private physicalName(logicalId: string, resource: Resource, property: string | undefined): string {
    const [outer, inner] = nestedNames[resource.Type] ?? [property, undefined];
    const value = outer === undefined ? undefined : this.property(logicalId, outer);
    const given = inner === undefined ? value : (value as Record<string, unknown> | undefined)?.[inner];
    if (typeof given === 'string') return given;
    const made = `${this.settings.stackName}-${logicalId}`;
    return resource.Type === 'AWS::S3::Bucket' || inner !== undefined ? made.toLowerCase() : made;
  }

  private once<T>(name: string, path: string, look: () => T): T {
    if (this.pending.has(name)) throw new StackError('UnresolvedReference', path, `${name} refers to itself`);
    this.pending.add(name);
    try {
      return look();
    } finally {
      this.pending.delete(name);
    }
  }
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html */
function pseudoParameters({ stackName, region, accountId }: StackSettings): Record<string, unknown> {
  const partition = partitionOf(region);
  const id = createHash('sha256').update(stackName).digest('hex').slice(0, 32);
  return {
    'AWS::AccountId': accountId,
    'AWS::NoValue': noValue,
    'AWS::NotificationARNs': [],
    'AWS::Partition': partition,
    'AWS::Region': region,
    'AWS::StackId': `arn:${partition}:cloudformation:${region}:${accountId}:stack/${stackName}/${id}`,
    'AWS::StackName': stackName,
    'AWS::URLSuffix': partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com',
  };
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
