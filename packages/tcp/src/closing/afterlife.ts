import type { Connection } from '../connection/connection.ts';

/**
 * What a connection learns of its end once a record has taken its place, when somebody looks at it. It refers to no connection:
 * who keeps the record may refer to this weakly, and a connection that nobody holds is collected at once, whatever keeps
 * the target of a weak reference until the running job is over (ECMA-262, KeepDuringJob).
 */
export class Afterlife {
  /** To be done to the connection before anybody sees it again; `null`: nothing has happened. */
  news: ((connection: Connection) => void) | null = null;
}
