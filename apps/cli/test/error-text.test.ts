import { expect, test } from 'vitest';
import { errorText } from '../src/error-text.ts';

test('an error is its message, with the reason that the stack knows', () => {
  expect(errorText(new Error('it failed'))).toBe('it failed');
  const reset = Object.assign(new Error('read ECONNRESET'), { reason: 'peer reset' });
  expect(errorText(reset)).toBe('read ECONNRESET (peer reset)');
  expect(errorText('nothing')).toBe('nothing');
});

test('errors of several addresses stand side by side', () => {
  expect(errorText(new AggregateError([new Error('one'), new Error('two')]))).toBe('one; two');
  expect(errorText(new AggregateError([new Error('one')], 'all failed'))).toBe('all failed');
});
