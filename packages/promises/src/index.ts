export { AwaitedReport } from './awaited-report.ts';
export { createHost, type CreateHostOptions } from './host/create-host.ts';
export { defaultHost } from './host/default-host.ts';
export { ProcessHold } from './host/process-hold.ts';
export { InspectableSocket } from './inspectable-socket.ts';
export { literalAddress, type Lookup, resolveHostname } from './lookup.ts';
export { type ListenOptions, PromiseListener } from './promise-listener.ts';
export { PromiseSocket } from './promise-socket.ts';
export { errorOfCall, SocketError } from './socket-error.ts';
