/** What a MessageEvent brought, whoever's class it is of. */
export function dataOf(event: object): unknown {
  return 'data' in event ? event.data : undefined;
}
