/** The environment variable with an {@link Assignment} as JSON. */
export const ASSIGNMENT = 'HALFCLOSE_EXAMPLE';
/** The report's name in the directory, an {@link ExampleReport} as JSON. */
export const REPORT_FILE = 'report.json';
/** The packets' name in the directory, a pcapng. */
export const PACKETS_FILE = 'packets.pcapng';

/** What the process of an example is told. */
export interface Assignment {
  /** Where the report and the packets go. */
  readonly directory: string;
  /** Columns of the ladder. */
  readonly width: number;
  readonly color: boolean;
}

/** What the stack under an example had to do. */
export interface ExampleReport {
  readonly connections: number;
  readonly packets: number;
  /** Of the first connection. */
  readonly ladder: string;
}
