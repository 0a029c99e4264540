/** The package ships no types of its own. */
declare module 'asl-validator' {
  /** One of its own findings, or one of its JSON schema validator. */
  interface LintError {
    readonly Message?: string;
    readonly message?: string;
    readonly instancePath?: string;
  }
  /** Changes the definition: give it a copy. */
  export default function validate(definition: object): { readonly errors: readonly LintError[] };
}
