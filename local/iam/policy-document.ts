import * as z from 'zod';

const texts = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === 'string' ? [value] : value));
const values = z
  .union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number(), z.boolean()]))])
  .transform((value) => (Array.isArray(value) ? value : [value]).map(String));

const principal = z.union([
  z.literal('*').transform(() => ({ AWS: ['*'], Service: [] as string[] })),
  z.strictObject({ AWS: texts.default([]), Service: texts.default([]) }),
]);

const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: principal.optional(),
  Action: texts,
  Resource: texts.optional(),
  /** Operator → key → values. */
  Condition: z.record(z.string(), z.record(z.string(), values)).default({}),
});

/**
 * An identity's or a resource's policy. Elements that the twin does not know (NotAction, NotResource …) are refused.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
 */
export const policyDocument = z.strictObject({
  /** The default is the older version, in which `${…}` is no variable. */
  Version: z.enum(['2012-10-17', '2008-10-17']).default('2008-10-17'),
  Id: z.string().optional(),
  Statement: z
    .union([statement, z.array(statement)])
    .transform((value) => (Array.isArray(value) ? value : [value])),
});

export type PolicyDocument = z.output<typeof policyDocument>;
export type PolicyStatement = z.output<typeof statement>;
