import * as z from 'zod';
import type { Json, JsonObject } from '../json';
import { limits } from '../limits';

/**
 * The Amazon States Language with JSONPath, as the service accepts it: one strict schema for each type of state. https://states-language.net and https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
 */

const json = z.json() as z.ZodType<Json>;
const template = z.record(z.string(), json) as z.ZodType<JsonObject>;
const pathOrNull = z.string().nullable();
const seconds = z.int().min(1).max(limits.seconds);

const described = { Comment: z.string().optional(), QueryLanguage: z.literal('JSONPath').optional() };
const filtered = { InputPath: pathOrNull.optional(), OutputPath: pathOrNull.optional() };
const assigning = { Assign: template.optional() };
const continuing = { Next: z.string().optional(), End: z.boolean().optional() };

export const retrierSchema = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals: z.array(z.string()).nonempty(),
  IntervalSeconds: seconds.optional(),
  MaxAttempts: z.int().min(0).max(limits.seconds).optional(),
  BackoffRate: z.number().min(1).optional(),
  MaxDelaySeconds: z.int().min(1).max(31_622_400).optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).optional(),
});
export type Retrier = z.infer<typeof retrierSchema>;

export const catcherSchema = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals: z.array(z.string()).nonempty(),
  Next: z.string(),
  ResultPath: pathOrNull.optional(),
  ...assigning,
});
export type Catcher = z.infer<typeof catcherSchema>;

const working = {
  ...described,
  ...filtered,
  ...assigning,
  ...continuing,
  ResultSelector: template.optional(),
  ResultPath: pathOrNull.optional(),
  Retry: z.array(retrierSchema).optional(),
  Catch: z.array(catcherSchema).optional(),
};

const passSchema = z.strictObject({
  Type: z.literal('Pass'),
  ...described,
  ...filtered,
  ...assigning,
  ...continuing,
  Parameters: json.optional(),
  Result: json.optional(),
  ResultPath: pathOrNull.optional(),
});

const taskSchema = z.strictObject({
  Type: z.literal('Task'),
  ...working,
  Resource: z.string(),
  Parameters: json.optional(),
  TimeoutSeconds: seconds.optional(),
  TimeoutSecondsPath: z.string().optional(),
  HeartbeatSeconds: seconds.optional(),
  HeartbeatSecondsPath: z.string().optional(),
});

/** A comparison, or And, Or and Not of comparisons. `choice-rules.ts` has the operators and checks them. */
const conditionSchema = z.looseObject({
  Comment: z.string().optional(),
  Variable: z.string().optional(),
  get And() {
    return z.array(conditionSchema).nonempty().optional();
  },
  get Or() {
    return z.array(conditionSchema).nonempty().optional();
  },
  get Not() {
    return conditionSchema.optional();
  },
});
export type Condition = z.infer<typeof conditionSchema>;

const choiceRuleSchema = z.looseObject({ ...conditionSchema.shape, Next: z.string(), ...assigning });
export type ChoiceRule = z.infer<typeof choiceRuleSchema>;

const choiceSchema = z.strictObject({
  Type: z.literal('Choice'),
  ...described,
  ...filtered,
  ...assigning,
  Choices: z.array(choiceRuleSchema).nonempty(),
  Default: z.string().optional(),
});

const waitSchema = z.strictObject({
  Type: z.literal('Wait'),
  ...described,
  ...filtered,
  ...assigning,
  ...continuing,
  Seconds: z.int().min(0).max(limits.seconds).optional(),
  SecondsPath: z.string().optional(),
  Timestamp: z.string().optional(),
  TimestampPath: z.string().optional(),
});

const succeedSchema = z.strictObject({ Type: z.literal('Succeed'), ...described, ...filtered });

const failSchema = z.strictObject({
  Type: z.literal('Fail'),
  ...described,
  Error: z.string().optional(),
  ErrorPath: z.string().optional(),
  Cause: z.string().optional(),
  CausePath: z.string().optional(),
});

export interface States {
  readonly [name: string]: State;
}

/** States with a first state: a state machine, a branch of a Parallel, the processor of a Map. */
export interface Workflow {
  readonly StartAt: string;
  readonly States: States;
}

const states: z.ZodType<States> = z.lazy(() =>
  z.record(z.string().min(1).max(limits.stateNameLength), stateSchema),
);
const workflow = { Comment: z.string().optional(), StartAt: z.string(), States: states };

const parallelSchema = z.strictObject({
  Type: z.literal('Parallel'),
  ...working,
  Parameters: json.optional(),
  Branches: z.array(z.strictObject(workflow)).nonempty(),
});

const processorSchema = z.strictObject({
  ...workflow,
  ProcessorConfig: z
    .strictObject({
      Mode: z.enum(['INLINE', 'DISTRIBUTED']).optional(),
      ExecutionType: z.enum(['STANDARD', 'EXPRESS']).optional(),
    })
    .optional(),
});
export type ItemProcessor = z.infer<typeof processorSchema>;

const count = z.int().min(0);
const percentage = z.number().min(0).max(100);

const batcherSchema = z.strictObject({
  MaxItemsPerBatch: z.int().min(1).optional(),
  MaxItemsPerBatchPath: z.string().optional(),
  MaxInputBytesPerBatch: z.int().min(1).max(limits.payloadBytes).optional(),
  MaxInputBytesPerBatchPath: z.string().optional(),
  BatchInput: template.optional(),
});
export type ItemBatcher = z.infer<typeof batcherSchema>;

const mapSchema = z.strictObject({
  Type: z.literal('Map'),
  ...working,
  ItemsPath: z.string().optional(),
  ItemSelector: json.optional(),
  /** The older name of ItemSelector. */
  Parameters: json.optional(),
  ItemProcessor: processorSchema.optional(),
  /** The older name of ItemProcessor. */
  Iterator: processorSchema.optional(),
  ItemBatcher: batcherSchema.optional(),
  MaxConcurrency: count.optional(),
  MaxConcurrencyPath: z.string().optional(),
  ToleratedFailureCount: count.optional(),
  ToleratedFailureCountPath: z.string().optional(),
  ToleratedFailurePercentage: percentage.optional(),
  ToleratedFailurePercentagePath: z.string().optional(),
  Label: z.string().max(40).optional(),
});

/** In the service's order: its error for an unknown Type lists them. */
export const stateSchema = z.discriminatedUnion('Type', [
  taskSchema,
  waitSchema,
  passSchema,
  succeedSchema,
  failSchema,
  choiceSchema,
  parallelSchema,
  mapSchema,
]);

export const stateTypes = stateSchema.options.map(({ shape }) => shape.Type.value);

export type PassState = z.infer<typeof passSchema>;
export type TaskState = z.infer<typeof taskSchema>;
export type ChoiceState = z.infer<typeof choiceSchema>;
export type WaitState = z.infer<typeof waitSchema>;
export type SucceedState = z.infer<typeof succeedSchema>;
export type FailState = z.infer<typeof failSchema>;
export type ParallelState = z.infer<typeof parallelSchema>;
export type MapState = z.infer<typeof mapSchema>;
export type State =
  PassState | TaskState | ChoiceState | WaitState | SucceedState | FailState | ParallelState | MapState;
export type StateType = State['Type'];

export const definitionSchema = z.strictObject({
  ...workflow,
  Version: z.literal('1.0').optional(),
  TimeoutSeconds: seconds.optional(),
  QueryLanguage: z.literal('JSONPath').optional(),
});
export type Definition = z.infer<typeof definitionSchema>;
