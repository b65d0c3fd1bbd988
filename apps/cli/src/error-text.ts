/** What a person reads of an error, in one line. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // One for each address of a name that was tried; its own message is empty.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(errorText).join('; ');
  const reason: unknown = 'reason' in error ? error.reason : undefined;
  return typeof reason === 'string' && reason !== '' ? `${error.message} (${reason})` : error.message;
}
