import { createServer, type Server } from 'node:http';
import { join } from 'node:path';

/** A gateway's local socket that gives the same answer at every door. */
export class LocalServer {
  readonly asked: string[] = [];
  readonly #server: Server;

  constructor(body: string, statusCode = 200) {
    this.#server = createServer((request, response) => {
      this.asked.push(`${request.method} ${request.url}`);
      response.writeHead(statusCode).end(body);
    });
  }

  listen(folder: string): Promise<void> {
    return new Promise((resolve) => this.#server.listen(join(folder, 'loadgate.sock'), resolve));
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
