/** Octets that the timestamps option takes in each segment (RFC 7323, appendix A). */
export const TIMESTAMPS_OCTETS = 12;
