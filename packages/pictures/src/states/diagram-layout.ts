/** The size of the diagram. */
export const WIDTH = 860;
/** See {@link WIDTH}. */
export const HEIGHT = 660;

/** The place of a state: its middle. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** States as RFC 9293, figure 5, has them; CLOSED stands at the beginning and, as `CLOSED.`, at the end. */
export const PLACES: Readonly<Record<string, Place>> = {
  CLOSED: { x: 460, y: 70 },
  LISTEN: { x: 250, y: 150 },
  'SYN-RECEIVED': { x: 150, y: 250 },
  'SYN-SENT': { x: 690, y: 200 },
  ESTABLISHED: { x: 460, y: 290 },
  'FIN-WAIT-1': { x: 260, y: 390 },
  'CLOSE-WAIT': { x: 690, y: 390 },
  'FIN-WAIT-2': { x: 150, y: 500 },
  CLOSING: { x: 430, y: 480 },
  'LAST-ACK': { x: 690, y: 500 },
  'TIME-WAIT': { x: 300, y: 600 },
  'CLOSED.': { x: 560, y: 600 },
};

/** What brings a connection from one state to another, in the words of the figure. */
export const CAUSES: Readonly<Record<string, string>> = {
  'CLOSED>LISTEN': 'listen()',
  'CLOSED>SYN-SENT': 'connect(): SYN',
  'CLOSED>SYN-RECEIVED': '',
  'LISTEN>SYN-RECEIVED': 'SYN / SYN+ACK',
  'SYN-SENT>SYN-RECEIVED': 'SYN / SYN+ACK (both at once)',
  'SYN-SENT>ESTABLISHED': 'SYN+ACK / ACK',
  'SYN-RECEIVED>ESTABLISHED': 'ACK of the SYN',
  'SYN-RECEIVED>FIN-WAIT-1': 'close: FIN',
  'ESTABLISHED>FIN-WAIT-1': 'close: FIN',
  'ESTABLISHED>CLOSE-WAIT': 'FIN / ACK',
  'FIN-WAIT-1>FIN-WAIT-2': 'ACK of the FIN',
  'FIN-WAIT-1>CLOSING': 'FIN / ACK',
  'FIN-WAIT-1>TIME-WAIT': 'FIN+ACK / ACK',
  'FIN-WAIT-2>TIME-WAIT': 'FIN / ACK',
  'CLOSE-WAIT>LAST-ACK': 'close: FIN',
  'CLOSING>TIME-WAIT': 'ACK of the FIN',
  'LAST-ACK>CLOSED': 'ACK of the FIN',
  'TIME-WAIT>CLOSED': '2MSL',
};

/** Where the label of a transition stands on its line, from 0 at its beginning to 1; others: in the middle. */
export const LABEL_AT: Readonly<Record<string, number>> = {
  'SYN-SENT>SYN-RECEIVED': 0.5,
  'FIN-WAIT-1>TIME-WAIT': 0.42,
  'FIN-WAIT-2>TIME-WAIT': 0.45,
  'CLOSING>TIME-WAIT': 0.5,
  'SYN-RECEIVED>FIN-WAIT-1': 0.55,
};
