import { checkInteger, checkText } from '@halfclose/codec/arguments';

/** Error numbers of Linux on x86-64, in their order (asm-generic/errno-base.h, errno.h). 0: the number has none. */
const NAMES = `
0 EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF
ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST EXDEV ENODEV
ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE
EROFS EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY
ELOOP 0 ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG EUNATCH
ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT 0 EBFONT
ENOSTR ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE ENOLINK EADV ESRMNT
ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC
ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ
EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE
EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN
ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM
ENAVAIL EISNAM EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED
EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE ERFKILL EHWPOISON`
  .trim()
  .split(/\s+/);

/** Two names of one number. */
const ALIASES: readonly (readonly [alias: string, name: string])[] = [
  ['EWOULDBLOCK', 'EAGAIN'],
  ['EDEADLOCK', 'EDEADLK'],
  ['ENOTSUP', 'EOPNOTSUPP'],
];

const NUMBERS: ReadonlyMap<string, number> = new Map([
  ...NAMES.flatMap((name, number): [string, number][] => (name === '0' ? [] : [[name, number]])),
  ...ALIASES.map(([alias, name]): [string, number] => [alias, NAMES.indexOf(name)]),
]);

/**
 * The number of an error by its name; `null`: Linux has none of this name.
 *
 * @throws TypeError for what is no name
 */
export function errnoNumber(name: string): number | null {
  checkText('name', name);
  return NUMBERS.get(name) ?? null;
}

/**
 * The name of an error by its positive number; `null`: Linux has none.
 *
 * @throws TypeError or RangeError for what is no such number
 */
export function errnoNameOf(number: number): string | null {
  checkInteger('number', number, 0, Infinity);
  const name = NAMES[number] ?? '0';
  return name === '0' ? null : name;
}
