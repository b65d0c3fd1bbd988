import type { FieldDifference } from '../packets/compare-outbound.ts';
import type { ScriptEvent } from '../script/script.ts';

/** An event of a script did not go as the script says. Ends the run. */
export class EventFault extends Error {
  override readonly name = 'EventFault';
  readonly event: ScriptEvent;
  readonly actual: string | null;
  readonly differences: readonly FieldDifference[];

  constructor(
    event: ScriptEvent,
    reason: string,
    actual: string | null = null,
    differences: readonly FieldDifference[] = [],
  ) {
    super(reason);
    this.event = event;
    this.actual = actual;
    this.differences = differences;
  }
}
