import * as z from 'zod';

const resource = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Condition: z.string().optional(),
});

/** The parts of a CloudFormation template that the twin reads. */
export const templateSchema = z.looseObject({
  Resources: z.record(z.string(), resource),
  Parameters: z
    .record(
      z.string(),
      z.looseObject({ Type: z.string(), Default: z.union([z.string(), z.number()]).optional() }),
    )
    .default({}),
  Outputs: z
    .record(z.string(), z.looseObject({ Value: z.unknown(), Description: z.string().optional() }))
    .default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Mappings: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).default({}),
});

export type Template = z.infer<typeof templateSchema>;
export type Resource = z.infer<typeof resource>;
