/** Quotas of the service. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const limits = {
  /** Bytes of UTF-8 in a state's input, output or parameters, and in an execution's input. */
  payloadBytes: 262_144,
  /** Levels of arrays and objects in an execution's input: the default of Jackson, which the service parses with; unverified. */
  nesting: 1_000,
  /** Events in the history of one execution, the last one included. */
  historyEvents: 25_000,
  /** Characters in the name of a state machine or of an execution. */
  nameLength: 80,
  /** Characters in the name of a state. */
  stateNameLength: 80,
  /** Characters of a definition. */
  definitionLength: 1_048_576,
  /** Iterations of an inline Map that run at once when nothing else is said. */
  inlineConcurrency: 40,
  /** Child executions of a distributed Map that run at once when nothing else is said. */
  distributedConcurrency: 10_000,
  /** Seconds that a Wait state can wait: 2³¹ - 1, found in recordings of the service. */
  waitSeconds: 2_147_483_647,
  /** Seconds in a TimeoutSeconds, HeartbeatSeconds or Wait.Seconds field. */
  seconds: 99_999_999,
  /** Elements that States.ArrayRange can make. */
  arrayRange: 1_000,
  /** Characters that the encoding and hashing intrinsics take. */
  encodedLength: 10_000,
  /** Intrinsic functions nested in one field. */
  nestedIntrinsics: 10,
} as const;
