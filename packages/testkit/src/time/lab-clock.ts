import { VirtualClock } from '@halfclose/timers';

/** The clock of a lab, which notes that a program was called. */
export class LabClock extends VirtualClock {
  /** Whether a program was called since the driver has looked. */
  hasCalled = false;

  override settle(): boolean {
    this.hasCalled = true;
    return super.settle();
  }
}
