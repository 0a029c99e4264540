/** One reason to refuse a definition, in the form of ValidateStateMachineDefinition. */
export interface Diagnostic {
  readonly code:
    | 'INVALID_JSON_DESCRIPTION'
    | 'SCHEMA_VALIDATION_FAILED'
    | 'MISSING_TRANSITION_TARGET'
    | 'MISSING_END_STATE'
    | 'DUPLICATE_STATE_NAME';
  readonly message: string;
  /** A path such as `/States/Load/Retry[0]`. */
  readonly location: string;
}

/** The message of CreateStateMachine's refusal. */
export function diagnosticsText(diagnostics: readonly Diagnostic[]): string {
  const texts = diagnostics.map(({ code, message, location }) => `${code}: ${message} at ${location}`);
  return `Invalid State Machine Definition: '${texts.join(', ')}'`;
}

/** `['States', 'Load', 'Retry', 0]` as `/States/Load/Retry[0]`. */
export function locationOf(path: readonly PropertyKey[]): string {
  return path.map((part) => (typeof part === 'number' ? `[${part}]` : `/${String(part)}`)).join('') || '/';
}
