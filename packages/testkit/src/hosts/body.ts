/** The name of the host of a lab's body. */
export const BODY = 'body';
