/** The package contains no types. */
declare module 'asl-validator' {
  /** A finding of the package, or of its JSON schema validator. */
  interface LintError {
    readonly Message?: string;
    readonly message?: string;
    readonly instancePath?: string;
  }
  /** Changes the definition: give it a copy. */
  export default function validate(definition: object): { readonly errors: readonly LintError[] };
}
