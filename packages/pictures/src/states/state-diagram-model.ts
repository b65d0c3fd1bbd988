import { TRANSITIONS } from '@halfclose/tcp';
import { begunBy, BOX, type Line, lineOf } from './diagram-geometry.ts';
import { CAUSES, HEIGHT, PLACES, WIDTH } from './diagram-layout.ts';
import { stateColor } from './state-color.ts';
import type { Color } from '../svg/theme.ts';

/** A state of the diagram. CLOSED is there twice, at the beginning and at the end. */
export interface DiagramState {
  /** As RFC 9293 prints it; `CLOSED.` is CLOSED at the end. */
  readonly name: string;
  /** The middle of its box from the left, in units of the SVG. */
  readonly x: number;
  /** The middle of its box from the top, in units of the SVG. */
  readonly y: number;
  /** What bars of this state are filled with, a key of `PALETTE`. */
  readonly color: Color;
}

/** A transition of the diagram. */
export interface DiagramTransition extends Line {
  /** The `name` of the state that it leaves. */
  readonly from: string;
  /** The `name` of the state that it leads to. */
  readonly to: string;
  /** What brings it about, in the words of RFC 9293, figure 5; empty: a RST, or giving up. */
  readonly cause: string;
}

/** The state diagram as data: what `stateDiagramSvg` draws, for those who draw it otherwise. */
export interface StateDiagramModel {
  /** Of the whole diagram, in units of the SVG: all places are within it. */
  readonly width: number;
  /** Of the whole diagram, in the same units. */
  readonly height: number;
  /** The size of a state's box. */
  readonly box: { readonly width: number; readonly height: number };
  /** RFC 9293's states and where they stand, CLOSED twice. */
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
