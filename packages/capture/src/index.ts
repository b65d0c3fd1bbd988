export { CAPTURE_FAULTS, type CaptureFault } from './capture-fault.ts';
export type { CaptureInterface, Frame } from './frame.ts';
export { CaptureReader, readFrames } from './capture-reader.ts';
export { type CapturedPacket, decodeFrame, type FrameRefusal } from './captured-packet.ts';
export { LINK_REFUSALS, type LinkRefusal } from './link-layer.ts';
export { LinkType, linkTypeName } from './link-types.ts';
