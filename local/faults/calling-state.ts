/** The state of an execution that makes a call, itself or through its Lambda function. */
export interface CallingState {
  readonly state: string;
  /** The state's input, as JSON text. */
  readonly input: string;
}
