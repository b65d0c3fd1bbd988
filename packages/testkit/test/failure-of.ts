import type { LabTest } from '../src/index.ts';

/** What a test that has to fail fails with. */
export async function failureOf(test: LabTest): Promise<Error & { readonly code?: string }> {
  try {
    await test();
  } catch (error) {
    return error as Error;
  }
  throw new Error('the lab passed');
}

/** Milliseconds of a timer that a program sets. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
