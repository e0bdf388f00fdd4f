/** What a route answers. The body is sent as JSON when it is no text. */
export interface Answer {
  readonly status: number;
  readonly body: object | string;
  /** For text only; plain text when absent. */
  readonly contentType?: string;
}

/** One door of the local server. The page behind it is read afresh at every request. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** The exact path, for example `/status`. */
  readonly path: string;
  readonly answer: (query: URLSearchParams) => Answer | Promise<Answer>;
}

/** The route for a request, or the answer that tells why there is none. */
export function chooseRoute(routes: readonly Route[], method: string, path: string): Route | Answer {
  const here = routes.filter((route) => route.path === path);
  if (here.length === 0) {
    const known = routes.map((route) => `${route.method} ${route.path}`);
    return { status: 404, body: { error: `nothing is found at ${path}`, known } };
  }
  // HEAD asks for the same as GET, without the body.
  const wanted = method === 'HEAD' ? 'GET' : method;
  const route = here.find((each) => each.method === wanted);
  const allowed = here.map((each) => each.method);
  return route ?? { status: 405, body: { error: `${path} does not take ${method}`, allowed } };
}
