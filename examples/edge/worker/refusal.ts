/** Why a request is not answered: sent as JSON, `{ "error": message }`. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }

  response(): Response {
    return Response.json({ error: this.message }, { status: this.status, headers: this.headers });
  }
}
