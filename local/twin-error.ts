/** An error of the twin itself, known by its name: the command line shows name and message. */
export class TwinError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}
