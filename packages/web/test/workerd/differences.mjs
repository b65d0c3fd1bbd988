// Where ours differs from what workerd does, and why: by scenario and step, ours in place of its.

/** @type {Record<string, Record<string, { ours: string; why: string }>>} */
export const differences = {
  'close()': {
    'the read that waited': {
      ours: 'done',
      why: 'the text has close() cancel the readable, which ends reads',
    },
  },
  'close(reason) before it is opened': {
    opened: {
      ours: 'rejected',
      why: 'the text: "If the opened promise is still pending, it will be rejected"',
    },
  },
  'nobody listens, to who reads and writes already': {
    read: { ours: 'done', why: 'the text has a failed connection cancel the readable' },
  },
  'a peer that reads nothing holds the writer back': {
    close: {
      ours: 'resolved',
      why: 'the text has close() abort the writable, so nothing waits for the peer',
    },
    closed: { ours: 'resolved', why: 'as above' },
  },
};
