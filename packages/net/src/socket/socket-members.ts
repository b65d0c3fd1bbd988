/**
 * Members of sockets and servers that are ours alone: programs derive classes from both, and give them members of their
 * own by any name that Node has not.
 */

/** See `SocketClosing`. */
export const kAbortClosing: unique symbol = Symbol('abortClosing');
/** See `SocketSettings`. */
export const kAborted: unique symbol = Symbol('aborted');
/** See `SocketClosing`. */
export const kAfterClose: unique symbol = Symbol('afterClose');
/** See `SocketSettings`. */
export const kApplyKeepAlive: unique symbol = Symbol('applyKeepAlive');
/** See `SocketSettings`. */
export const kApplyLinger: unique symbol = Symbol('applyLinger');
/** See `SocketSettings`. */
export const kApplyOptions: unique symbol = Symbol('applyOptions');
/** See `SocketNews`. */
export const kAskForNews: unique symbol = Symbol('askForNews');
/** See `SocketBase`. */
export const kAttachHandle: unique symbol = Symbol('attachHandle');
/** See `SocketClosing`. */
export const kAwaitEnd: unique symbol = Symbol('awaitEnd');
/** See `SocketSettings`. */
export const kClearTimer: unique symbol = Symbol('clearTimer');
/** See `SocketClosing`. */
export const kClosesByTable: unique symbol = Symbol('closesByTable');
/** See `SocketClosing`. */
export const kConnection: unique symbol = Symbol('connection');
/** See `ServerBase`. */
export const kConnections: unique symbol = Symbol('connections');
/** See `ServerBase`. */
export const kDropConnection: unique symbol = Symbol('dropConnection');
/** See `SocketAcks`. */
export const kEmitAcked: unique symbol = Symbol('emitAcked');
/** See `SocketBase`. */
export const kEmitClose: unique symbol = Symbol('emitClose');
/** See `SocketClosing`. */
export const kEndLinger: unique symbol = Symbol('endLinger');
/** See `SocketBase`. */
export const kEndReason: unique symbol = Symbol('endReason');
/** See `SocketBase`. */
export const kExchangeHandle: unique symbol = Symbol('exchangeHandle');
/** See `SocketClosing`. */
export const kFlushAndClose: unique symbol = Symbol('flushAndClose');
/** See `SocketBase`. */
export const kLeaveServer: unique symbol = Symbol('leaveServer');
/** See `SocketClosing`. */
export const kLimitFlushing: unique symbol = Symbol('limitFlushing');
/** See `SocketNews`. */
export const kListened: unique symbol = Symbol('listened');
/** See `SocketClosing`. */
export const kMakeEnd: unique symbol = Symbol('makeEnd');
/** See `SocketClosing`. */
export const kNoteEnd: unique symbol = Symbol('noteEnd');
/** See `SocketClosing`. */
export const kNoteFailedWrite: unique symbol = Symbol('noteFailedWrite');
/** See `ServerBase`. */
export const kOnConnection: unique symbol = Symbol('onConnection');
/** See `SocketClosing`. */
export const kOnEndNews: unique symbol = Symbol('onEndNews');
/** See `SocketClosing`. */
export const kOnHandleClosed: unique symbol = Symbol('onHandleClosed');
/** See `SocketTuning`. */
export const kOption: unique symbol = Symbol('option');
/** See `ServerBase`. */
export const kRefuses: unique symbol = Symbol('refuses');
/** See `SocketClosing`. */
export const kRenewEnd: unique symbol = Symbol('renewEnd');
/** See `SocketAcks`. */
export const kReportAcks: unique symbol = Symbol('reportAcks');
/** See `SocketBase`. */
export const kResumeOnread: unique symbol = Symbol('resumeOnread');
/** See `SocketClosing`. */
export const kSetUnread: unique symbol = Symbol('setUnread');
/** See `SocketClosing`. */
export const kShutdownReading: unique symbol = Symbol('shutdownReading');
/** See `SocketBase`. */
export const kStartReading: unique symbol = Symbol('startReading');
/** See `SocketAcks`. */
export const kTellAcks: unique symbol = Symbol('tellAcks');
/** See `SocketAcks`. */
export const kTellLastAcks: unique symbol = Symbol('tellLastAcks');
/** See `SocketNews`. */
export const kTellPeerEnd: unique symbol = Symbol('tellPeerEnd');
/** See `SocketNews`. */
export const kTellReport: unique symbol = Symbol('tellReport');
/** See `SocketNews`. */
export const kTellState: unique symbol = Symbol('tellState');
/** See `SocketClosing`. */
export const kUnflushed: unique symbol = Symbol('unflushed');
/** See `SocketTuning`. */
export const kWant: unique symbol = Symbol('want');
/** See `SocketClosing`. */
export const kWantsNews: unique symbol = Symbol('wantsNews');
/** See `SocketBase`. */
export const kWriteOnceConnected: unique symbol = Symbol('writeOnceConnected');
/** See `SocketAcks`. */
export const kWritten: unique symbol = Symbol('written');
