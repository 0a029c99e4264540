/** Quotas of the service. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const limits = {
  /** Bytes of UTF-8 in a state's input, output or parameters, and in an execution's input. */
  payloadBytes: 262_144,
  /** Levels of arrays and objects in an execution's input and in a definition: the default of Jackson, the service's parser. Unverified. */
  nesting: 1_000,
  /** Events in the history of one execution, including the last. */
  historyEvents: 25_000,
  /** Characters in the name of a state machine or of an execution. */
  nameLength: 80,
  /** Characters in the name of a state. */
  stateNameLength: 80,
  /** Characters of a definition. */
  definitionLength: 1_048_576,
  /** Default concurrency of an inline Map. */
  inlineConcurrency: 40,
  /** Default concurrency of a distributed Map. */
  distributedConcurrency: 10_000,
  /** Seconds that a Wait state can wait: 2³¹ - 1, as recorded on the service. */
  waitSeconds: 2_147_483_647,
  /** Seconds in a TimeoutSeconds, HeartbeatSeconds or Wait.Seconds field. */
  seconds: 99_999_999,
  /** Elements in the result of States.ArrayRange. */
  arrayRange: 1_000,
  /** Characters in an argument of the encoding and hashing functions. */
  encodedLength: 10_000,
  /** Intrinsic functions nested in one field. */
  nestedIntrinsics: 10,
} as const;
