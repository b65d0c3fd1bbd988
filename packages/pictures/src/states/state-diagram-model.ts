import { TRANSITIONS } from '@halfclose/tcp';
import { begunBy, BOX, type Line, lineOf } from './diagram-geometry.ts';
import { CAUSES, HEIGHT, PLACES, WIDTH } from './diagram-layout.ts';
import { stateColor } from './state-color.ts';
import type { Color } from '../svg/theme.ts';

/** A state of the diagram. CLOSED is there twice, at the beginning and at the end. */
export interface DiagramState {
  /** As RFC 9293 prints it; `CLOSED.` is CLOSED at the end. */
  readonly name: string;
  /** Its middle. */
  readonly x: number;
  readonly y: number;
  readonly color: Color;
}

/** A transition of the diagram. */
export interface DiagramTransition extends Line {
  readonly from: string;
  readonly to: string;
  /** What brings it about, in the words of RFC 9293, figure 5; empty: a RST, or giving up. */
  readonly cause: string;
}

/** The state diagram as data: what `stateDiagramSvg` draws, for those who draw it otherwise. */
export interface StateDiagramModel {
  readonly width: number;
  readonly height: number;
  /** The size of a state's box. */
  readonly box: { readonly width: number; readonly height: number };
  readonly states: readonly DiagramState[];
  /** Every transition of the stack's own table `TRANSITIONS`, aborts included. */
  readonly transitions: readonly DiagramTransition[];
}

/** The states of RFC 9293, where they stand, and what leads from one to another. */
export function stateDiagramModel(): StateDiagramModel {
  const transitions = new Map<string, DiagramTransition>();
  for (const [state, all] of Object.entries(TRANSITIONS)) {
    for (const to of all) {
      const from = begunBy(state, to);
      const key = `${from}>${to}`;
      transitions.set(key, { from, to, cause: CAUSES[key] ?? '', ...lineOf([from, to]) });
    }
  }
  return {
    width: WIDTH,
    height: HEIGHT,
    box: BOX,
    states: Object.entries(PLACES).map(([name, { x, y }]) => ({
      name,
      x,
      y,
      color: stateColor(name.replace('.', '')),
    })),
    transitions: [...transitions.values()],
  };
}
