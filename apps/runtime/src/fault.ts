/** A failure that the caller should see, with the HTTP status it maps to. */
export class Fault extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'Fault';
    this.status = status;
  }
}
